"""A long box off the middle, seen from a circle: no view looks like another one."""

import numpy as np

from iss_backend.data.multi_view import MultiViewShape

LOW, HIGH = np.array([-0.45, -0.05, -0.1]), np.array([0.45, 0.15, 0.05])


def captured_box(views=24, size=48, focal=2.1875, distance=1.7):
    ticks = ((2 * np.arange(size) + 1) / size - 1) / focal
    x, y = np.meshgrid(ticks, ticks)
    worlds, masks = [], []
    for number in range(views):
        angle, up = 2 * np.pi * number / views, 0.5 * np.sin(3.0 * number)
        away = np.array([np.cos(up) * np.sin(angle), np.sin(up), np.cos(up) * np.cos(angle)])
        right = np.cross(-away, (0, 1, 0)) / np.cos(up)
        world = np.eye(4)
        world[:3, :3] = np.stack([right, np.cross(-away, right), -away])
        world[2, 3] = distance
        rays = np.stack([x, y, np.ones_like(x)], -1) @ world[:3, :3]
        first, second = (LOW - distance * away) / rays, (HIGH - distance * away) / rays
        masks.append(np.minimum(first, second).max(-1) <= np.maximum(first, second).min(-1))
        worlds.append(world)
    images = np.where(np.stack(masks)[..., None], 90, 255).astype(np.uint8).repeat(3, -1)
    return MultiViewShape("box", "solids", images, images, np.stack(masks), None, None, np.stack(worlds), focal)
