"""The add-on's end of the pipe to the worker process. No Blender here; numpy is imported when the first array comes."""
