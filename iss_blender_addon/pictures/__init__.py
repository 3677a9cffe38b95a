"""Pictures as the worker wants them: from images, files, and views of objects."""
