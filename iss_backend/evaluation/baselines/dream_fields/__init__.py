"""Dream Fields (Jain et al., CVPR 2022): a radiance field optimised for one text by CLIP alone."""
