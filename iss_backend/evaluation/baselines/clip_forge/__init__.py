"""CLIP-Forge (Sanghi et al., CVPR 2022): voxel auto-encoder, and a flow over its codes given a CLIP feature."""
