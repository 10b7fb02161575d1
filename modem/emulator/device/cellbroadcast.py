"""Cell broadcasts at the modem: what becomes of a page (27.005 §3.4.1 <bm>).

A broadcast is not acknowledged: a page that cannot be stored or shown is lost, and comes again with the next
repetition.
"""

from modem.emulator.codec.page import Page, decode_page, page_class
from modem.emulator.device.device import Device
from modem.emulator.device.memory import Entry, State
from modem.emulator.device.messagelines import page_lines
from modem.emulator.device.notices import Notice

_REMEMBERED = 100  # pages that are known again when they are repeated
_HEAD = slice(0, 6)  # serial number, identifier, coding, page: what a repetition has in common (23.041 §9.4.1.2)


def offer_broadcast(modem: Device, octets: bytes, now: float) -> None:
    """Take a page of 88 octets, if the modem can hear it and listens to its type; a repetition changes nothing."""
    modem.now = now
    page = decode_page(octets)
    head = octets[_HEAD]
    if not modem.attached or not modem.settings.cscb.accepts(page.mid, page.dcs) or head in modem.pages_heard:
        return
    if _take(modem, page, octets):
        modem.pages_heard.append(head)
        del modem.pages_heard[:-_REMEMBERED]


def _take(modem: Device, page: Page, octets: bytes) -> bool:
    """Show or store a page; false if there was nobody to show it to, or no room."""
    bm = modem.settings.cnmi[2]
    if bm == 2 or (bm == 3 and page_class(page.dcs) == 3):
        return modem.notify_message(Notice(f"+CBM: {page_lines(octets, modem.view)}", pdu=octets))
    memory = modem.memories.get("BM")
    index = memory.put(Entry(State.REC_UNREAD, octets, page=True)) if memory else None
    if memory and index is not None and bm:
        modem.notify_message(Notice(f'+CBMI: "{memory.name}",{index}'))
    return index is not None
