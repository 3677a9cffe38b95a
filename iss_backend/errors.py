"""What can go wrong for reasons a person can mend. Each message says what happened, the value seen, what to do."""


class IssError(Exception):
    """Base of all errors that are reported as one sentence, without a traceback, with exit code 2."""


class BadInputError(IssError):
    """A text, number, image or option that cannot be used."""


class BundleError(IssError):
    """A model bundle or weight file that is missing, damaged or of another shape."""


class DeviceError(IssError):
    """A device that does not exist here, or has no memory left."""


class OutputError(IssError):
    """A file that cannot be written."""


class TrainingError(IssError):
    """A training that has gone astray."""


class Cancelled(IssError):
    """The job was cancelled on request."""


class IssWarning(UserWarning):
    """Base of all warnings that say in one sentence what whoever asked for a result shall know about it."""
