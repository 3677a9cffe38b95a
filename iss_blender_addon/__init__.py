"""The Blender side of Text to Shape. Never imports torch, and imports Blender only when it is registered."""


def register() -> None:
    """Register the add-on with Blender."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Take everything back that `register` did, and end the worker."""
    from . import registration

    registration.unregister()
