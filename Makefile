# Everything runs inside .venv, which the first command builds from requirements.lock.
# PYTHON=python3.12 selects a Python; VENV=elsewhere keeps a second environment beside the first.
# Paths stay relative, so that a folder with a space in its name works. GNU make 3.81 (macOS) will do.

VENV ?= .venv
PYTHON ?=
CHAPTERS ?= chapters/*.ipynb
RAISE ?=
MUTANTS ?=
SAMPLE ?=
JOBS ?= 2
N ?= 20000
MINUTES ?=
SEED ?= 0
ONLY ?=

py := $(VENV)/bin/python
ready := $(VENV)/ready
mutmut = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 nice $(VENV)/bin/mutmut run --max-children $(JOBS)
install = $$(command -v uv >/dev/null && echo uv pip install -q --python $(py) || echo $(py) -m pip install -qq) \
	--constraint requirements.lock

# A PYTHON that .venv was not built with builds it afresh.
ifneq ($(PYTHON),)
ifneq ($(PYTHON),$(shell cat $(ready) 2>/dev/null))
.PHONY: $(ready)
endif
endif

.PHONY: help book test frameworks lab run identical site-test pdf lint size kernels orders checks tries seeds sabotage fuzz mutants bench bench-memory wheel lock hooks clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 16

book: $(ready) ## build the book into _build/html
	@$(VENV)/bin/jupyter-book build . -W -n --keep-going
	@echo 'The book is built. Open _build/html/index.html'

test: $(ready) ## run every test, and every chapter against its stored outputs
	@$(py) -m pytest --nbval --nbval-current-env --nbval-cell-timeout=300 tests regkit chapters

frameworks: ## run chapter 10 and its tests, against the real heavy libraries
	@$(MAKE) --no-print-directory VENV=.venv-frameworks .venv-frameworks/frameworks
	@.venv-frameworks/bin/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=300 \
		tests/regkit/test_frameworks.py chapters/10_five_libraries.ipynb
	@PYTHONPATH=web .venv-frameworks/bin/python tests/checks.py chapters/10_five_libraries.ipynb

lab: $(ready) ## open the chapters in JupyterLab
	@$(VENV)/bin/jupyter-trust chapters/*.ipynb >/dev/null  # or it would show no figure
	@$(py) -m jupyterlab chapters

run: $(ready) ## execute the chapters in place (some: CHAPTERS=chapters/05_linear_regression.ipynb)
	@$(py) web/notebooks.py run $(CHAPTERS)

identical: ## execute the chapters under other Pythons and processors: the same bytes?
	@for v in 3.11 3.12 3.13 3.14; do \
		if python$$v --version >/dev/null 2>&1; then \
			$(MAKE) --no-print-directory VENV=.venv-$$v PYTHON=python$$v .venv-$$v/ready && \
			for kernel in Haswell SkylakeX; do \
				echo "Python $$v, OPENBLAS_CORETYPE=$$kernel"; \
				OPENBLAS_CORETYPE=$$kernel .venv-$$v/bin/python web/notebooks.py compare $(CHAPTERS) || exit 1; \
			done; \
		else echo "Python $$v: not here, not compared"; fi || exit 1; done

site-test: $(VENV)/site ## test the built book in Chromium, which it installs if there is none
	@$(py) -m pytest tests/site

pdf: $(VENV)/pdf ## print the book into _build/pdf, and check it (needs TeX, and says what of it)
	@$(py) web/pdf.py
	@$(py) web/check_pdf.py

lint: $(ready) ## check style and types, and that the notebooks are normalised
	@$(py) -m ruff check .
	@$(py) -m ruff format --check .
	@$(py) -m mypy
	@$(py) web/notebooks.py normalise --check $(CHAPTERS)

size: $(ready) ## count the lines of regkit, and the calls behind a path
	@$(py) tests/size.py

kernels: $(ready) ## run all that make test runs under each set of processor instructions (an hour)
	@$(py) tests/kernels.py

orders: $(ready) ## run the tests in three random orders
	@for seed in 1 2 3; do \
		$(py) -m pytest -q -p randomly -p no:cacheprovider --randomly-seed=$$seed tests regkit || exit 1; done

checks: $(ready) ## execute the chapters: does each still make the checks that tests/checks.toml lists?
	@PYTHONPATH=web $(py) tests/checks.py $(if $(RAISE),--raise) $(CHAPTERS)

tries: $(ready) ## change the chapters as their boxes ask: does the folded answer come out?
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=web $(py) tests/tries.py $(CHAPTERS)

seeds: $(ready) ## execute the chapters under five other seeds: which checks fail?
	@PYTHONPATH=web $(py) tests/seeds.py $(CHAPTERS)

sabotage: $(ready) ## break regkit in many ways: does a test notice each?
	@$(py) tests/sabotage.py

fuzz: $(VENV)/fuzz ## fit N=20000 random problems and judge each answer exactly (less: MINUTES=2; one: ONLY=17)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(py) tests/fuzz.py --problems $(N) --seed $(SEED) --jobs $(JOBS) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(ONLY),--only $(ONLY))

mutants: $(VENV)/mutants ## change regkit in thousands of ways: how many do the tests notice? (hours; fewer: SAMPLE=40)
	@$(if $(SAMPLE),$(mutmut) none >/dev/null 2>&1,true); \
	$(mutmut) $(if $(SAMPLE),$$($(py) tests/mutants.py $(SAMPLE)),$(MUTANTS))
	@$(py) tests/mutants.py

bench: ## time regkit against its peers (some: ONLY=diabetes), in .venv-bench; 25 quiet minutes
	@$(MAKE) --no-print-directory VENV=.venv-bench .venv-bench/peers
	@.venv-bench/bin/python -m benchmarks $(ONLY)

bench-memory: $(ready) ## time a lasso from CSV files by Dask and by pandas, for the page 'Past memory'; five minutes
	@$(py) -m benchmarks.past_memory

wheel: $(ready) ## build what a release would ship, into dist, and run README's example with nothing else
	@rm -rf dist
	@$(py) -m build --outdir dist .
	@$(py) -m venv --clear _build/wheel
	@_build/wheel/bin/python -m pip install -qq --constraint requirements.lock dist/*.whl
	@sed -n '/^```python$$/,/^```$$/p' README.md | grep -v '^```' >_build/wheel/example.py
	@_build/wheel/bin/python _build/wheel/example.py
	@$(py) tests/wheel.py dist/*.whl

lock: ## choose the versions in requirements.lock anew (needs uv)
	@uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--fork-strategy fewest --upgrade --no-annotate --no-header --quiet --output-file .lock
	@{ echo '# One version of everything, for Python 3.11 to 3.14 on every platform; used as constraints:'; \
		echo '#     pip install --constraint requirements.lock --editable ".[book,test]"'; \
		echo '# "make lock" writes this file anew from pyproject.toml.'; cat .lock; } >requirements.lock
	@rm .lock

hooks: $(ready) ## check each commit, and show notebook diffs as text
	@$(py) -m pre_commit install
	@git config diff.notebook.textconv '$(py) web/notebooks.py text'

clean: ## remove everything that these commands made
	rm -rf _build dist .venv .venv-3.* .venv-bench .venv-frameworks .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants

$(ready): pyproject.toml requirements.lock
	@for p in $(if $(PYTHON),'$(PYTHON)',python3.13 python3.14 python3.12 python3.11 python3); do \
		"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; p=; \
	done; \
	test "$$p" || { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/it" >&2; \
		exit 1; }; \
	echo "Setting up $(VENV) with $$("$$p" --version): once, a minute or two"; \
	"$$p" -m venv --clear $(VENV)
	@$(install) --editable '.[book,test,dev]'
	@echo '$(PYTHON)' >$@

$(VENV)/frameworks: $(ready)
	@$(install) --editable '.[frameworks]'
	@touch $@

$(VENV)/fuzz: $(ready)
	@$(install) --editable '.[fuzz]'
	@touch $@

$(VENV)/mutants: $(ready)
	@$(install) --editable '.[mutants]'
	@touch $@

# A peer whose demands clash with ours comes without them; one that does not install is missing.
$(VENV)/peers: $(ready) benchmarks/peers.txt
	@for peer in $$(grep -v '^#' benchmarks/peers.txt); do \
		$(install) $$peer >/dev/null 2>&1 || $(install) --no-deps $$peer >/dev/null 2>&1 || \
			echo "$$peer does not install here; the table will say so"; done
	@touch $@

$(VENV)/site: $(ready)
	@$(install) --editable '.[site]'
	@touch $@

$(VENV)/pdf: $(ready)
	@$(install) --editable '.[pdf]'
	@touch $@
