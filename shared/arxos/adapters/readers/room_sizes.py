"""Whether a room's stated volume can be believed, and what its area and volume are otherwise."""

NET_FLOOR_AREA = "Qto/BaseQuantities NetFloorArea"
GSA_BIM_AREA = "GSA BIM Area"
GROSS_FLOOR_AREA = "Qto/BaseQuantities GrossFloorArea"
FOOTPRINT = "footprint"

_SANE_HEIGHT_M = (1.0, 30.0)
# No room differs from its outline by so much: one of the two is in another unit.
_UNIT_SUSPECT = 50.0


def checked_volume(
    area_m2: float | None, volume_m3: float | None, height_m: float | None
) -> tuple[float | None, str | None]:
    """The volume that can be believed, and a sentence if it is not the one the file states.

    import-mapping.md, "volume": sane if 1 < V/A < 30 m, else area times height.
    """
    if volume_m3 is None or not area_m2:
        return volume_m3, None
    low, high = _SANE_HEIGHT_M
    mean_height = volume_m3 / area_m2
    if low < mean_height < high:
        return volume_m3, None
    said = f"The stated volume, {volume_m3:.2f} m3, would make the room {mean_height:.2f} m high"
    if not height_m:
        return None, f"{said}; it was left out."
    volume = area_m2 * height_m
    if abs(volume - volume_m3) < 0.01 * volume_m3:
        return volume_m3, f"{said}, which its height confirms; it was kept."
    return volume, f"{said}; area times height, {volume:.2f} m3, was taken instead."


def area_in_doubt(stated_m2: float, outline_m2: float) -> str | None:
    """A sentence where the stated area and the drawn one cannot be in the same unit."""
    if outline_m2 <= 0 or 1 / _UNIT_SUSPECT < stated_m2 / outline_m2 < _UNIT_SUSPECT:
        return None
    return (
        f"The stated area is {stated_m2:.4g} m2, but the room's outline encloses"
        f" {outline_m2:.4g} m2; the file's area unit is probably wrong. The stated area was kept."
    )
