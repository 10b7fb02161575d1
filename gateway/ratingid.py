"""The id by which the world knows a rating.

Pure. It is made of what the rating is, not of where it stands: a database that was restored from a backup gives the
same rating the same id, and another one never the same. So whoever has it already knows it again.
"""

from __future__ import annotations

import hashlib
import json


def rating_id(
    sender: str, foreign_id: str, stage: str, source: str, rated_at: str, marks: str, outside_id: str | None = None
) -> str:
    """`r-` and 16 hexadecimal digits.

    `sender`, `foreign_id` and `stage` tell the visit, `source` the channel; `marks` is a JSON array of the overall mark
    and the five criteria. By `outside_id` a channel tells apart what is alike in all of these.
    """
    told = [sender, foreign_id, stage, source, rated_at, marks, *([] if outside_id is None else [outside_id])]
    text = json.dumps(told, ensure_ascii=True)
    return "r-" + hashlib.sha256(text.encode("ascii")).hexdigest()[:16]
