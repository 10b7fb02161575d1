"""What is sent to the double, octet by octet as the field's senders write it."""

from __future__ import annotations

RATES = """<RatesRequest xmlns="http://vashkontrol.ru/service/rates/1.2.0">
  <vendor id="9901"/>
  <forms><form foreign-id="r-7f3a91" mkgu-id="0">
    <data><user id="p-5c0e7b"/><authority id="10000000001">Росреестр</authority>
      <service id="10000000101">Государственная регистрация прав</service>
      <procedure id="10000000102">Прием документов</procedure>
      <date>2017-09-12T15:40:00+07:00</date><received-date>2017-09-14T11:02:31+07:00</received-date>
      <okato>01401000000</okato></data>
    <rates><rate indicator-id="9" value-id="45"/><rate indicator-id="10" value-id="48"/>
      <rate indicator-id="11" value-id="55"/>
      <rate indicator-id="12" value-id="59"/><rate indicator-id="13" value-id="65"/></rates>
  </form></forms>
</RatesRequest>
"""

PACKETS = """<PacketsRequest xmlns="http://vashkontrol.ru/service/packets/1.2.0">
  <vendor id="9901"/><packet-id>1</packet-id>
</PacketsRequest>
"""

FORMS = """<FormsRequest xmlns="http://vashkontrol.ru/service/forms/1.2.0">
  <vendor id="9901"/><form-type>DIRECT</form-type>
</FormsRequest>
"""

EVENTS = """<EventsRequest xmlns="http://vashkontrol.ru/service/events/1.2.0">
  <vendor id="9901"><list-version>0.0.1</list-version></vendor>
  <events><event foreign-id="BRN1-20170912-000417">
    <mobile>+79130200001</mobile>
    <authority id="10000000001"/>
    <service id="10000000101">Государственная регистрация прав</service>
    <procedure id="10000000102">Прием документов</procedure>
    <okato>01401000000</okato><received-date>2017-09-12T15:40:00+07:00</received-date>
  </event></events>
</EventsRequest>
"""

LEGACY = """<?xml version="1.0" encoding="UTF-8"?>
<mkgu:body xmlns:mkgu="http://vashkontrol.ru#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="mkgu">
<vendor id="9901"><form-version>0.0.2</form-version></vendor>
<forms><form mkgu-id="0" foreign-id="r-7f3a91"><data><user id="p-5c0e7b"/>
<service id="10000000101">Государственная регистрация прав</service><procedure>Прием документов</procedure>
<authority id="10000000001">Росреестр</authority><date>2017-09-12 15:40:00</date>
<received-date>2017-09-14 11:02:31</received-date><okato>01401000000</okato></data>
<rates><rate indicator-id="9" value-id="45">45</rate><rate indicator-id="11" value-id="52">52</rate>
</rates></form></forms>
</mkgu:body>
"""

RATING = {
    "cursor": 1, "foreign_id": "BRN1-20170912-000417", "visit_id": 1, "stage": "", "office": "BRN1",
    "office_name": "МФЦ г. Барнаул, Центральный", "oktmo": "01701000", "okato": "01401000000", "service": "REG",
    "authority_id": "10000000001", "service_id": "10000000101", "procedure_id": "10000000102",
    "received_at": "2017-09-12T08:40:00+00:00", "invited_at": "2017-09-13T08:40:00+00:00",
    "rated_at": "2017-09-14T04:02:31+00:00", "source": "sms", "mode": "overall", "overall": 5, "time": 5, "queue": 3,
    "staff": 5, "comfort": 4, "info": 5, "expanded": False, "comment": "Спасибо, звоните 8 913 020-00-01",
    "person": "p-5c0e7b", "form_version": "overall", "corrected": False, "rating_id": "r-7f3a91",
    "authority": "Росреестр", "service_name": "Государственная регистрация прав", "schema_version": 2,
}  # fmt: skip


def batch(*ratings: dict[str, object], key: str = "k-1", vendor: object = 9901) -> dict[str, object]:
    """A batch of the JSON dialect."""
    return {"schema_version": 2, "vendor": vendor, "key": key, "ratings": list(ratings)}


def rating(rating_id: str, **changes: object) -> dict[str, object]:
    """A rating of the JSON dialect that differs from the example."""
    return {**RATING, "rating_id": rating_id, **changes}


def rates(*foreign_ids: str) -> str:
    """A RatesRequest with the example's form under each of these ids."""
    form = RATES[RATES.index("<form ") : RATES.index("</forms>")]
    return RATES.replace(form, "".join(form.replace("r-7f3a91", each) for each in foreign_ids))
