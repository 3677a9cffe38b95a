"""Multi-view RGB-D captures of Blender objects, in the layout of DVR's data sets.

The one path by which training data is made. Needs a Python that has `bpy`; never imports torch.

Axes: Blender's world is right-handed, Z up, front -Y. A captured shape lives in the *cube*: Y up, front +Z
(the axes of glTF and ShapeNet), inside [-0.5, 0.5]^3.
"""
