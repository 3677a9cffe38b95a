"""`TextToShape`: from texts and pictures to shapes, from shapes to other shapes, and to meshes."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from iss_backend.blending import blend_shapes
from iss_backend.bundle import DEFAULT_BUNDLE, Bundle, load_bundle
from iss_backend.codes import code_of
from iss_backend.devices import choose_device
from iss_backend.errors import BadInputError, DeviceError
from iss_backend.generation import edited_shape, shape_from_image, shape_from_text, varied_shape
from iss_backend.memory import is_out_of_memory, limit_memory, on_processor_if_full, warn_of_little_memory
from iss_backend.meshing import (
    ColouredMesh,
    MeshSettings,
    extract_mesh,
    grid_in_one_piece,
    remove_specks,
    taubin_smooth,
)
from iss_backend.preview import DRAWN_LARGER, close_ups
from iss_backend.progress import ProgressCallback, ignore_progress
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.settings import (
    OUR_STAGE2,
    EditSettings,
    FromImageSettings,
    FromMeshSettings,
    GenerateSettings,
    VarySettings,
)
from iss_backend.shape import PreviewCallback, Shape, ignore_preview
from iss_backend.stylisation import StyliseSettings, restore_style
from iss_backend.stylisation.job import stylise_shape
from iss_backend.svr.base import FieldState, SVRModel
from iss_backend.texts import clean_text

__all__ = [
    "OUR_STAGE2",
    "EditSettings",
    "FromImageSettings",
    "FromMeshSettings",
    "GenerateSettings",
    "PreviewCallback",
    "StyliseSettings",
    "TextToShape",
    "VarySettings",
]


class TextToShape:
    """The façade over one loaded bundle.

    All methods that take long take two callbacks: `report` is told about the first guess (step 0) and after every
    step; `preview` gets the first candidate for the guess at once, and then the shape of each step. An exception that
    one of them raises (such as `Cancelled`) ends the work.
    They raise `BadInputError` for what cannot be used, `DeviceError` where the memory is exhausted. `batch.py` makes
    many shapes at once.

    Attributes:
        bundle, device: its models, and where they are.
        folder: that the bundle was loaded from; None where it was put together otherwise.
        memory_limit: GB that it shall use at most, if any.

    Example:
        >>> studio = TextToShape.open()
        >>> shape = studio.generate("a red armchair")
        >>> golden = studio.stylise(shape, "golden")
        >>> mesh = studio.mesh(golden)
    """

    def __init__(
        self, bundle: Bundle, device: torch.device, folder: Path | None = None, memory_limit: float | None = None
    ) -> None:
        self.bundle, self.device = bundle, device
        self.folder, self.memory_limit = folder, memory_limit

    @staticmethod
    def open(folder: Path | None = None, device: str = "auto", memory_limit: float | None = None) -> TextToShape:
        """Load a bundle, the shipped one unless a folder is given, on a device, of whose memory to use so many GB.

        Where other programs have filled the GPU that "auto" chose, the processor is taken, with a warning; the limit
        was of the GPU's memory and ends with it.

        Raises:
            BundleError: the bundle is missing or damaged.
            DeviceError: there is no such device, its memory cannot be limited, or has no room for the models.
        """
        chosen, folder = choose_device(device), folder or DEFAULT_BUNDLE
        try:
            if memory_limit is not None:
                limit_memory(memory_limit, chosen)
            return TextToShape(load_bundle(folder, chosen), chosen, folder, memory_limit)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if device != "auto" or chosen.type == "cpu":
                advice = "close other programs, choose another device, or give a higher --memory-limit"
                raise DeviceError(f"The memory of {chosen} has no room for the models; {advice}.") from error
        warn_of_little_memory(f"the models are loaded on the processor instead of {chosen}")
        return TextToShape.open(folder, "cpu")

    def move_to(self, device: torch.device) -> None:
        """Work on another device from now on; a card that is left gets back what was kept of its memory."""
        left = self.device
        self.bundle, self.device = self.bundle.to(device), device
        if left.type == "cuda" and left != device:
            torch.cuda.empty_cache()

    @on_processor_if_full
    def generate(
        self,
        text: str,
        settings: GenerateSettings | None = None,
        report: ProgressCallback = ignore_progress,
        preview: PreviewCallback = ignore_preview,
    ) -> Shape:
        """Turn an English text into a shape.

        Args:
            text: what to make, in English.
            settings: how; the defaults are what measured best.
            report, preview: see the class.

        Raises:
            BadInputError: the text cannot be used.
            DeviceError: the memory is exhausted.
        """
        return shape_from_text(self.bundle, clean_text(text), settings or GenerateSettings(), report, preview)

    @on_processor_if_full
    def vary(
        self,
        shape: Shape,
        settings: VarySettings | None = None,
        report: ProgressCallback = ignore_progress,
        preview: PreviewCallback = ignore_preview,
    ) -> Shape:
        """Return another shape of the same text, by another seed and noise in both features.

        A style is left behind. A shape that came from a picture without a text is varied by what its views show.

        Raises:
            BadInputError: the shape belongs to another bundle.
            DeviceError: the memory is exhausted.
        """
        return varied_shape(self.bundle, shape, settings or VarySettings(), report, preview)

    @on_processor_if_full
    def edit(
        self,
        shape: Shape,
        text: str,
        settings: EditSettings | None = None,
        report: ProgressCallback = ignore_progress,
        preview: PreviewCallback = ignore_preview,
    ) -> Shape:
        """Change a shape towards another text, staying near to what it was; a style is left behind.

        Args:
            shape: what to start from.
            text: what it shall become, as a whole ("a red chair with armrests", not "armrests").
            settings: how much may change.
            report, preview: see the class.

        Raises:
            BadInputError: the text cannot be used, or the shape belongs to another bundle.
            DeviceError: the memory is exhausted.
        """
        return edited_shape(self.bundle, shape, clean_text(text), settings or EditSettings(), report, preview)

    @on_processor_if_full
    def stylise(
        self,
        shape: Shape,
        text: str,
        settings: StyliseSettings | None = None,
        report: ProgressCallback = ignore_progress,
        preview: PreviewCallback = ignore_preview,
    ) -> Shape:
        """Change the colours of a shape, or its form too, towards a text such as "golden" or "covered in moss".

        A shape that has a style already restarts from its base, so that styles do not drift, unless
        `settings.continue_style`.

        Raises:
            BadInputError: the text cannot be used, the shape belongs to another bundle, or its style is of the other
                kind and shall be continued.
            DeviceError: the memory is exhausted.
        """
        return stylise_shape(self.bundle, shape, clean_text(text), settings or StyliseSettings(), report, preview)

    @on_processor_if_full
    def from_image(
        self,
        image: Tensor,
        text: str | None = None,
        settings: FromImageSettings | None = None,
        report: ProgressCallback = ignore_progress,
        preview: PreviewCallback = ignore_preview,
    ) -> Shape:
        """Turn a picture of one object into a shape.

        Args:
            image: [3, H, W] before a plain background, or [4, H, W] with alpha, in 0..1, top row first.
            text: what stage 2 shall steer towards; None keeps what the picture gives.
            settings: how the picture is read.
            report, preview: see the class.

        Raises:
            BadInputError: there is no object in the picture, its background is not plain, or the text cannot be used.
            DeviceError: the memory is exhausted.
        """
        text = clean_text(text) if text is not None else None
        return shape_from_image(self.bundle, image, text, settings or FromImageSettings(), report, preview)

    @on_processor_if_full
    def from_mesh(
        self,
        mesh: ColouredMesh,
        text: str | None = None,
        settings: FromMeshSettings | None = None,
        report: ProgressCallback = ignore_progress,
        preview: PreviewCallback = ignore_preview,
    ) -> Shape:
        """Return the shape nearest to a mesh that was not made here, which can be stylised, varied and edited.

        Args:
            mesh: of any size and place, Y up, front +Z; best closed, else its walls alone count.
            text: what it is, for later work.
            settings: how it is fitted.
            report, preview: see the class.

        Raises:
            BadInputError: the mesh has no surface, or the text cannot be used.
        """
        from iss_backend.fitting.job import fit_shape  # scipy's search trees, which no generation needs

        text = clean_text(text) if text is not None else ""
        return fit_shape(self.bundle, mesh, text, settings or FromMeshSettings(), report, preview)

    @on_processor_if_full
    def blend(self, first: Shape, second: Shape, amount: float) -> Shape:
        """Return the shape at `amount` of the way from one shape (0) to another (1).

        Raises:
            BadInputError: the shapes belong to another bundle or their styles to different parts, or the amount is
                outside 0..1.
            DeviceError: the memory is exhausted.
        """
        for shape in (first, second):
            code_of(shape, self.bundle)
        return blend_shapes(first, second, amount)

    @on_processor_if_full
    def mesh(self, shape: Shape, settings: MeshSettings | None = None, smooth: int = 4) -> ColouredMesh:
        """Turn a shape into a closed, coloured mesh without specks, `smooth` rounds of smoothing against steps.

        Raises:
            BadInputError: the shape belongs to another bundle, or is empty.
            DeviceError: the memory is exhausted.
        """
        settings = settings or MeshSettings()
        with torch.inference_mode():
            mesh = remove_specks(extract_mesh(*self._field_of(shape), settings), settings.smallest_part)
        if mesh.is_empty:
            raise BadInputError(f"No shape came out for '{shape.text}'; try another seed or other words.")
        return taubin_smooth(mesh, smooth) if smooth else mesh

    @on_processor_if_full
    @torch.no_grad()
    def pictures(self, shape: Shape, views: int = 4, size: int = 256, one_piece: bool = False) -> Tensor:
        """Return shaded pictures from all sides on white, [views, 3, size, size] in 0..1.

        They show all of the field, or with `one_piece` only what its mesh keeps.
        """
        model, field = self._field_of(shape)
        look = RenderSettings(size=size, steps=96, grid=64)
        grid = grid_in_one_piece(model, field, look.grid, self.device) if one_piece else None
        return render(model, field, turntable_cameras(views).to(self.device), look, grid).rgb.cpu()

    def portraits(self, shape: Shape, views: int = 4, size: int = 256) -> Tensor:
        """Return pictures to look at, [views, 3, size, size] in 0..1: one piece fills them, with smooth outlines."""
        return close_ups(self.pictures(shape, views, DRAWN_LARGER * size, one_piece=True), size)

    def _field_of(self, shape: Shape) -> tuple[SVRModel, FieldState]:
        """Return D in the shape's style, and the field of the shape's code."""
        model = restore_style(self.bundle.svr, shape.weights)
        return model, model.prepare(code_of(shape, self.bundle))
