"""What the worker is asked to do, one job after the other. No Blender here, so it is tested without one."""
