"""The settings of nbgrader: put this file into the folder of your course."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "regularization"
c.ClearSolutions.code_stub = {"python": "# Change what stands above."}
c.ExecutePreprocessor.timeout = 20  # seconds for each cell; without a limit, a loop may never end
c.ExecutePreprocessor.interrupt_on_timeout = True
