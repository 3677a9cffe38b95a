"""What the worker is asked to do. No Blender here, so it is tested without one."""
