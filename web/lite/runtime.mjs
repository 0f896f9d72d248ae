// JupyterLite's kernel imports this file in Pyodide's place. It takes Pyodide from its CDN, adds the
// packages of packages.json to those that Pyodide knows, and tells notice.js how that went.

const news = new BroadcastChannel("regkit-runtime");
const KERNEL = ["micropip", "ipython", "jedi", "comm"]; // without these no cell can run

async function fetchJson(address, options) {
  const reply = await fetch(address, options);
  if (!reply.ok) throw new Error(`${address}: ${reply.status}`);
  return reply.json();
}

async function load(options) {
  const here = (file) => new URL(file, import.meta.url).href;
  // Asked anew each time, because an old list would name wheels that a new site has replaced.
  const { cdn, packages } = await fetchJson(here("packages.json"), { cache: "no-cache" });
  const [{ loadPyodide }, lock] = await Promise.all([
    import(`${cdn}/pyodide.mjs`),
    fetchJson(`${cdn}/pyodide-lock.json`),
  ]);
  for (const entry of packages) {
    lock.packages[entry.name] = { ...entry, file_name: here(entry.file_name) };
  }
  const where = { indexURL: `${cdn}/`, packageBaseUrl: `${cdn}/`, lockFileContents: lock };
  const pyodide = await loadPyodide({ ...options, ...where });
  await pyodide.loadPackage(KERNEL);
  const missing = KERNEL.filter((name) => !(name in pyodide.loadedPackages));
  if (missing.length) throw new Error(`${cdn} does not give ${missing.join(", ")}`);
  return pyodide;
}

export async function loadPyodide(options) {
  try {
    const pyodide = await load(options);
    news.postMessage("ready");
    return pyodide;
  } catch (error) {
    news.postMessage("failed");
    throw error;
  }
}
