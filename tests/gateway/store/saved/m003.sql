BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'otklik','m001_end_to_end','2026-11-25 12:43:38.111962+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'otklik','m002_fleet','2026-11-25 12:43:38.117595+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'otklik','m003_survey','2026-11-25 12:43:38.139218+00:00');
CREATE TABLE alarms (
  id INTEGER PRIMARY KEY, place TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, raised_at TEXT NOT NULL,
  cleared_at TEXT) STRICT;
INSERT INTO "alarms" VALUES(1,'modem m1','memory','The message memory is filling up: SM 8 of 10.','2017-09-13T05:18:00.000Z',NULL);
CREATE TABLE callback_events (
  id INTEGER PRIMARY KEY, callback INTEGER NOT NULL REFERENCES callbacks(id), verb TEXT NOT NULL, by TEXT NOT NULL,
  value TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT '', happened_at TEXT NOT NULL) STRICT;
INSERT INTO "callback_events" VALUES(1,1,'opened','otklik','low rating','','2017-09-13T05:11:00.000Z');
INSERT INTO "callback_events" VALUES(2,2,'opened','otklik','low rating','','2017-09-13T05:16:00.000Z');
CREATE TABLE callbacks (
  id INTEGER PRIMARY KEY, visit INTEGER NOT NULL REFERENCES visits(id), reason TEXT NOT NULL, state TEXT NOT NULL,
  opened_at TEXT NOT NULL, due_at TEXT NOT NULL, assignee TEXT, calls INTEGER NOT NULL DEFAULT 0,
  answered INTEGER NOT NULL DEFAULT 0, cause TEXT, outcome TEXT, closed_at TEXT) STRICT;
INSERT INTO "callbacks" VALUES(1,4,'low rating','open','2017-09-13T05:11:00.000Z','2017-09-13T07:11:00.000Z',NULL,0,0,NULL,NULL,NULL);
INSERT INTO "callbacks" VALUES(2,11,'low rating','open','2017-09-13T05:16:00.000Z','2017-09-13T07:16:00.000Z',NULL,0,0,NULL,NULL,NULL);
CREATE TABLE calls (
  id INTEGER PRIMARY KEY, sim TEXT NOT NULL, person INTEGER REFERENCES persons(id),
  invitation INTEGER REFERENCES invitations(id), called_at TEXT NOT NULL) STRICT;
CREATE TABLE candidates (
  reply INTEGER NOT NULL REFERENCES replies(id), invitation INTEGER NOT NULL REFERENCES invitations(id),
  PRIMARY KEY (reply, invitation)) STRICT, WITHOUT ROWID;
CREATE TABLE consent_texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO "consent_texts" VALUES(1,'Согласен получить на мой номер SMS с просьбой оценить услугу. Ответ бесплатный, отказаться можно ответом СТОП.');
CREATE TABLE consents (
  visit INTEGER PRIMARY KEY REFERENCES visits(id), given INTEGER NOT NULL, taken_at TEXT NOT NULL,
  place TEXT NOT NULL, taken_by TEXT NOT NULL, text INTEGER NOT NULL REFERENCES consent_texts(id),
  recorded_at TEXT NOT NULL) STRICT;
INSERT INTO "consents" VALUES(1,1,'2017-09-13T05:00:00.000Z','BRN1','test',1,'2017-09-13T05:00:00.000Z');
INSERT INTO "consents" VALUES(2,1,'2017-09-13T05:07:00.000Z','BRN1','test',1,'2017-09-13T05:07:00.000Z');
INSERT INTO "consents" VALUES(3,1,'2017-09-13T05:08:00.000Z','BRN1','test',1,'2017-09-13T05:08:00.000Z');
INSERT INTO "consents" VALUES(4,1,'2017-09-13T05:10:00.000Z','BRN1','test',1,'2017-09-13T05:10:00.000Z');
INSERT INTO "consents" VALUES(5,1,'2017-09-13T05:12:00.000Z','BRN1','test',1,'2017-09-13T05:12:00.000Z');
INSERT INTO "consents" VALUES(6,0,'2017-09-13T05:14:00.000Z','BRN1','test',1,'2017-09-13T05:14:00.000Z');
INSERT INTO "consents" VALUES(7,0,'2017-09-13T05:14:00.000Z','BRN1','test',1,'2017-09-13T05:14:00.000Z');
INSERT INTO "consents" VALUES(8,1,'2017-09-13T05:14:00.000Z','BRN1','test',1,'2017-09-13T05:14:00.000Z');
INSERT INTO "consents" VALUES(9,1,'2017-09-13T05:14:00.000Z','BRN1','test',1,'2017-09-13T05:14:00.000Z');
INSERT INTO "consents" VALUES(10,1,'2017-09-13T05:15:00.000Z','BRN1','test',1,'2017-09-13T05:15:00.000Z');
INSERT INTO "consents" VALUES(11,1,'2017-09-13T05:15:00.000Z','BRN1','test',1,'2017-09-13T05:15:00.000Z');
INSERT INTO "consents" VALUES(12,1,'2017-09-13T05:18:00.000Z','BRN1','test',1,'2017-09-13T05:18:00.000Z');
INSERT INTO "consents" VALUES(13,1,'2017-09-13T05:18:00.000Z','BRN1','test',1,'2017-09-13T05:18:00.000Z');
CREATE TABLE cures (
  model TEXT NOT NULL, trouble TEXT NOT NULL, step TEXT NOT NULL, count INTEGER NOT NULL, last_at TEXT NOT NULL,
  PRIMARY KEY (model, trouble, step)) STRICT;
CREATE TABLE exports (
  id INTEGER PRIMARY KEY, format TEXT NOT NULL, after INTEGER NOT NULL, until INTEGER NOT NULL,
  rows INTEGER NOT NULL, exported_at TEXT NOT NULL) STRICT;
INSERT INTO "exports" VALUES(1,'jsonl',0,1,1,'2017-09-13T05:18:00.000Z');
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, sim TEXT NOT NULL, memory TEXT NOT NULL, slot INTEGER NOT NULL, raw TEXT NOT NULL,
  state TEXT NOT NULL, kept_at TEXT NOT NULL, kind TEXT, person INTEGER REFERENCES persons(id), sender TEXT,
  sent_at TEXT, alphabet TEXT, units BLOB, ref INTEGER, bits INTEGER, total INTEGER, seq INTEGER, reply INTEGER,
  problem TEXT, copies INTEGER NOT NULL DEFAULT 1, UNIQUE (sim, raw)) STRICT;
INSERT INTO "inbox" VALUES(1,'8970100000000000001','SM',1,'00040B919731200000F10000719031211000820135','handled','2017-09-13T05:01:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,NULL,1);
INSERT INTO "inbox" VALUES(2,'8970100000000000001','SM',1,'00040B919731200000F10000719031217000820134','handled','2017-09-13T05:07:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,NULL,1);
INSERT INTO "inbox" VALUES(3,'8970100000000000001','SM',1,'00040B919731200000F30008719031219000820804210422041E041F','handled','2017-09-13T05:09:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,3,NULL,1);
INSERT INTO "inbox" VALUES(4,'8970100000000000001','SM',1,'00040B919731200000F40000719031211100820935100D3403D14035','handled','2017-09-13T05:11:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,4,NULL,1);
INSERT INTO "inbox" VALUES(5,'8970100000000000001','SM',1,'00040B919731200000F500087190312131008288041E04470435043D044C00200434043E043B0433043E0020043604340430043B0438002C0020043F043E04410430043404380442043500200435044904510020043E0434043D043E0433043E00200441043F0435044604380430043B0438044104420430002004320020043E043A043D043E002C0020043F0440043E044804430020043204300441','handled','2017-09-13T05:13:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,5,NULL,1);
INSERT INTO "inbox" VALUES(6,'8970100000000000001','SM',1,'00065A0B919731200000F9719031804100217190318041002146','handled','2017-09-13T05:14:00.000Z','report',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "inbox" VALUES(7,'8970100000000000001','SM',1,'0006140B919731200000F2719031805100217190318051002100','handled','2017-09-13T05:15:00.000Z','report',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "inbox" VALUES(8,'8970100000000000001','SM',1,'00040B919731200000F00000719031216100820131','handled','2017-09-13T05:16:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,6,NULL,1);
INSERT INTO "inbox" VALUES(9,'8970100000000000001','SM',1,'00040B919731200000F200087190312181008208043F044F0442044C','kept','2017-09-13T05:18:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY, visit INTEGER NOT NULL UNIQUE REFERENCES visits(id),
  person INTEGER NOT NULL REFERENCES persons(id), state TEXT NOT NULL, due_at TEXT NOT NULL, invited_at TEXT,
  closes_at TEXT, closed_at TEXT, reprompts INTEGER NOT NULL DEFAULT 0, outgoing INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '', survey TEXT, zone TEXT, answers TEXT NOT NULL DEFAULT '{}', asked TEXT NOT NULL DEFAULT '', asked_before TEXT NOT NULL DEFAULT '', answered_at TEXT, helps INTEGER NOT NULL DEFAULT 0, reminders INTEGER NOT NULL DEFAULT 0, heard INTEGER NOT NULL DEFAULT 0, unclear INTEGER NOT NULL DEFAULT 0, remind_at TEXT) STRICT;
INSERT INTO "invitations" VALUES(1,1,1,'answered','2017-09-13T05:00:00.000Z','2017-09-13T05:00:00.000Z','2017-09-16T05:00:00.000Z','2017-09-13T05:01:00.000Z',0,2,'','overall-3bd5d611',NULL,'{"overall": 4}','overall','','2017-09-13T05:07:00.000Z',0,0,2,0,NULL);
INSERT INTO "invitations" VALUES(2,2,2,'open','2017-09-13T05:07:00.000Z','2017-09-13T05:07:00.000Z','2017-09-16T05:07:00.000Z',NULL,0,1,'','overall-3bd5d611',NULL,'{}','overall','',NULL,0,0,0,0,NULL);
INSERT INTO "invitations" VALUES(3,3,3,'declined','2017-09-13T05:08:00.000Z','2017-09-13T05:08:00.000Z','2017-09-13T05:09:00.000Z','2017-09-13T05:09:00.000Z',0,2,'','overall-3bd5d611',NULL,'{}','overall','',NULL,0,0,1,0,NULL);
INSERT INTO "invitations" VALUES(4,4,4,'answered','2017-09-13T05:10:00.000Z','2017-09-13T05:10:00.000Z','2017-09-16T05:10:00.000Z','2017-09-13T05:11:00.000Z',0,2,'','overall-3bd5d611',NULL,'{"time": 5, "queue": 4, "staff": 3, "comfort": 4, "info": 5}','overall','','2017-09-13T05:11:00.000Z',0,0,1,0,NULL);
INSERT INTO "invitations" VALUES(5,5,5,'open','2017-09-13T05:12:00.000Z','2017-09-13T05:12:00.000Z','2017-09-16T05:12:00.000Z',NULL,1,2,'','overall-3bd5d611',NULL,'{}','overall','',NULL,0,0,1,0,NULL);
INSERT INTO "invitations" VALUES(6,8,6,'open','2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z','2017-09-16T05:14:00.000Z',NULL,0,1,'','overall-3bd5d611',NULL,'{}','overall','',NULL,0,0,0,0,NULL);
INSERT INTO "invitations" VALUES(7,9,7,'expired','2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z','2017-09-16T05:14:00.000Z','2017-09-13T05:14:00.000Z',0,1,'undeliverable','overall-3bd5d611',NULL,'{}','overall','',NULL,0,0,0,0,NULL);
INSERT INTO "invitations" VALUES(8,10,3,'barred','2017-09-13T05:15:00.000Z',NULL,NULL,'2017-09-13T05:15:00.000Z',0,0,'opted out',NULL,NULL,'{}','','',NULL,0,0,0,0,NULL);
INSERT INTO "invitations" VALUES(9,11,8,'answered','2017-09-13T05:15:00.000Z','2017-09-13T05:15:00.000Z','2017-09-16T05:15:00.000Z','2017-09-13T05:16:00.000Z',0,2,'','overall-3bd5d611',NULL,'{"overall": 1}','overall','','2017-09-13T05:16:00.000Z',0,0,1,0,NULL);
INSERT INTO "invitations" VALUES(10,12,9,'open','2017-09-13T05:18:00.000Z',NULL,'2017-09-16T05:18:00.000Z',NULL,0,1,'','overall-3bd5d611',NULL,'{}','overall','',NULL,0,0,0,0,NULL);
INSERT INTO "invitations" VALUES(11,13,10,'due','2017-09-13T05:18:00.000Z',NULL,NULL,NULL,0,0,'',NULL,NULL,'{}','','',NULL,0,0,0,0,NULL);
CREATE TABLE jobs (
  name TEXT PRIMARY KEY, ran_at TEXT NOT NULL, took_s REAL NOT NULL, trouble TEXT) STRICT;
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, invitation INTEGER NOT NULL REFERENCES invitations(id), kind TEXT NOT NULL,
  text TEXT NOT NULL, alphabet TEXT NOT NULL, created_at TEXT NOT NULL, ref INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "messages" VALUES(1,1,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:00:00.000Z',0);
INSERT INTO "messages" VALUES(2,1,'thanks','Спасибо, Ваша оценка принята.','ucs2','2017-09-13T05:01:00.000Z',0);
INSERT INTO "messages" VALUES(3,2,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:07:00.000Z',0);
INSERT INTO "messages" VALUES(4,3,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:08:00.000Z',0);
INSERT INTO "messages" VALUES(5,3,'farewell','Вы исключены из опроса. Больше сообщений не будет.','ucs2','2017-09-13T05:09:00.000Z',0);
INSERT INTO "messages" VALUES(6,4,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:10:00.000Z',0);
INSERT INTO "messages" VALUES(7,4,'thanks','Спасибо, Ваша оценка принята.','ucs2','2017-09-13T05:11:00.000Z',0);
INSERT INTO "messages" VALUES(8,5,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:12:00.000Z',0);
INSERT INTO "messages" VALUES(9,5,'reprompt','Не поняли ответ. Пришлите одну цифру от 1 до 5. Ответ бесплатный.','ucs2','2017-09-13T05:13:00.000Z',0);
INSERT INTO "messages" VALUES(10,6,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:14:00.000Z',0);
INSERT INTO "messages" VALUES(11,7,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:14:00.000Z',0);
INSERT INTO "messages" VALUES(12,9,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:15:00.000Z',0);
INSERT INTO "messages" VALUES(13,9,'thanks','Спасибо, Ваша оценка принята.','ucs2','2017-09-13T05:16:00.000Z',0);
INSERT INTO "messages" VALUES(14,10,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:18:00.000Z',0);
CREATE TABLE offices (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, short_name TEXT NOT NULL, locality TEXT NOT NULL, oktmo TEXT NOT NULL,
  okato TEXT NOT NULL, time_zone TEXT NOT NULL, windows INTEGER NOT NULL) STRICT;
INSERT INTO "offices" VALUES('BRN1','МФЦ г. Барнаул, Центральный','МФЦ Барнаул','г. Барнаул','01701000','01401000000','Asia/Barnaul',60);
CREATE TABLE opt_events (
  id INTEGER PRIMARY KEY, pseudonym TEXT NOT NULL, verb TEXT NOT NULL, way TEXT NOT NULL, by TEXT NOT NULL,
  happened_at TEXT NOT NULL, recorded_at TEXT NOT NULL) STRICT;
INSERT INTO "opt_events" VALUES(1,'p-b7e00b431e9d3e20746ed9d4','out','sms','','2017-09-13T05:09:00.000Z','2017-09-13T05:09:00.000Z');
INSERT INTO "opt_events" VALUES(2,'p-3188af09e77a85cac0feedc0','out','operator','op','2017-09-13T05:18:00.000Z','2017-09-13T05:18:00.000Z');
CREATE TABLE opt_outs (
  pseudonym TEXT PRIMARY KEY, opted_out_at TEXT NOT NULL, way TEXT NOT NULL, said_at TEXT NOT NULL)
  STRICT, WITHOUT ROWID;
INSERT INTO "opt_outs" VALUES('p-3188af09e77a85cac0feedc0','2017-09-13T05:18:00.000Z','operator','2017-09-13T05:18:00.000Z');
INSERT INTO "opt_outs" VALUES('p-b7e00b431e9d3e20746ed9d4','2017-09-13T05:09:00.000Z','sms','2017-09-13T05:09:00.000Z');
CREATE TABLE outages (
  id INTEGER PRIMARY KEY, modem TEXT NOT NULL, reason TEXT NOT NULL, began_at TEXT NOT NULL, ended_at TEXT) STRICT;
CREATE TABLE parts (
  id INTEGER PRIMARY KEY, message INTEGER NOT NULL REFERENCES messages(id), seq INTEGER NOT NULL,
  total INTEGER NOT NULL, text TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL,
  next_at TEXT NOT NULL, until_at TEXT, attempts INTEGER NOT NULL DEFAULT 0, sim TEXT, reference INTEGER,
  claimed_at TEXT, submitted_at TEXT, done_at TEXT, status INTEGER, cause TEXT, blamed INTEGER NOT NULL DEFAULT 0, lane TEXT NOT NULL DEFAULT '', blamed_at TEXT, delivered_at TEXT) STRICT;
INSERT INTO "parts" VALUES(1,1,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:00:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',10,'2017-09-13T05:00:00.000Z','2017-09-13T05:00:00.000Z',NULL,NULL,NULL,0,'',NULL,NULL);
INSERT INTO "parts" VALUES(2,2,1,1,'Спасибо, Ваша оценка принята.',2,'submitted','2017-09-13T05:01:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',11,'2017-09-13T05:01:00.000Z','2017-09-13T05:01:00.000Z',NULL,NULL,NULL,0,'8970100000000000001',NULL,NULL);
INSERT INTO "parts" VALUES(3,3,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'delivered','2017-09-13T05:07:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',20,'2017-09-13T05:07:00.000Z','2017-09-13T05:07:00.000Z','2017-09-13T05:15:00.000Z',0,NULL,0,'',NULL,'2017-09-13T05:15:00.000Z');
INSERT INTO "parts" VALUES(4,4,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:08:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',30,'2017-09-13T05:08:00.000Z','2017-09-13T05:08:00.000Z',NULL,NULL,NULL,0,'',NULL,NULL);
INSERT INTO "parts" VALUES(5,5,1,1,'Вы исключены из опроса. Больше сообщений не будет.',0,'submitted','2017-09-13T05:09:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',31,'2017-09-13T05:09:00.000Z','2017-09-13T05:09:00.000Z',NULL,NULL,NULL,0,'8970100000000000001',NULL,NULL);
INSERT INTO "parts" VALUES(6,6,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:10:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',40,'2017-09-13T05:10:00.000Z','2017-09-13T05:10:00.000Z',NULL,NULL,NULL,0,'',NULL,NULL);
INSERT INTO "parts" VALUES(7,7,1,1,'Спасибо, Ваша оценка принята.',2,'submitted','2017-09-13T05:11:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',41,'2017-09-13T05:11:00.000Z','2017-09-13T05:11:00.000Z',NULL,NULL,NULL,0,'8970100000000000001',NULL,NULL);
INSERT INTO "parts" VALUES(8,8,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:12:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',50,'2017-09-13T05:12:00.000Z','2017-09-13T05:12:00.000Z',NULL,NULL,NULL,0,'',NULL,NULL);
INSERT INTO "parts" VALUES(9,9,1,1,'Не поняли ответ. Пришлите одну цифру от 1 до 5. Ответ бесплатный.',1,'submitted','2017-09-13T05:13:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',51,'2017-09-13T05:13:00.000Z','2017-09-13T05:13:00.000Z',NULL,NULL,NULL,0,'8970100000000000001',NULL,NULL);
INSERT INTO "parts" VALUES(10,10,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'unknown','2017-09-13T05:14:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',NULL,'2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z',NULL,NULL,'The modem did not answer.',0,'',NULL,NULL);
INSERT INTO "parts" VALUES(11,11,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'failed','2017-09-13T05:14:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',90,'2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z',70,'SM validity period expired',0,'',NULL,NULL);
INSERT INTO "parts" VALUES(12,12,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:15:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',0,'2017-09-13T05:15:00.000Z','2017-09-13T05:15:00.000Z',NULL,NULL,NULL,0,'',NULL,NULL);
INSERT INTO "parts" VALUES(13,13,1,1,'Спасибо, Ваша оценка принята.',2,'submitted','2017-09-13T05:16:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',1,'2017-09-13T05:16:00.000Z','2017-09-13T05:16:00.000Z',NULL,NULL,NULL,0,'8970100000000000001',NULL,NULL);
INSERT INTO "parts" VALUES(14,14,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'queued','2017-09-13T05:18:00.000Z','2017-09-13T13:30:00.000Z',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'',NULL,NULL);
CREATE TABLE persons (
  id INTEGER PRIMARY KEY, phone TEXT UNIQUE, pseudonym TEXT NOT NULL UNIQUE, sim TEXT, operator TEXT) STRICT;
INSERT INTO "persons" VALUES(1,'+79130200001','p-21f0ad1dc78d46abfdb78256','8970100000000000001',NULL);
INSERT INTO "persons" VALUES(2,'+79130200002','p-6247c902893aef84575b2569',NULL,NULL);
INSERT INTO "persons" VALUES(3,'+79130200003','p-b7e00b431e9d3e20746ed9d4','8970100000000000001',NULL);
INSERT INTO "persons" VALUES(4,'+79130200004','p-150bad2b18e394b1ed3defa4','8970100000000000001',NULL);
INSERT INTO "persons" VALUES(5,'+79130200005','p-a54b98ad224d7f8cb9661a6f','8970100000000000001',NULL);
INSERT INTO "persons" VALUES(6,'+79130200008','p-4c93ebaf438c3275111c6305',NULL,NULL);
INSERT INTO "persons" VALUES(7,'+79130200009','p-5593974fe75374bbcb9fadeb',NULL,NULL);
INSERT INTO "persons" VALUES(8,'+79130200000','p-62ff443ad99eccd13652cbaf','8970100000000000001',NULL);
INSERT INTO "persons" VALUES(9,'+79130200011','p-7ff77ed4950e77d2504a342e',NULL,NULL);
INSERT INTO "persons" VALUES(10,'+79130200012','p-2406ef9abe8feac88cd0929a',NULL,NULL);
CREATE TABLE pins (
  card TEXT NOT NULL, digest TEXT NOT NULL, tried_at TEXT NOT NULL, accepted_at TEXT, PRIMARY KEY (card, digest))
  STRICT;
CREATE TABLE ports (
  name TEXT PRIMARY KEY, state TEXT NOT NULL, imei TEXT, sim TEXT, model TEXT, operator TEXT, signal INTEGER,
  trouble TEXT, changed_at TEXT NOT NULL, hold TEXT, make TEXT, drained INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE ratings (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT, visit INTEGER NOT NULL REFERENCES visits(id),
  invitation INTEGER REFERENCES invitations(id), reply INTEGER REFERENCES replies(id), source TEXT NOT NULL,
  mode TEXT NOT NULL, overall INTEGER, time INTEGER, queue INTEGER, staff INTEGER, comfort INTEGER, info INTEGER,
  expanded INTEGER NOT NULL, comment TEXT NOT NULL, form_version TEXT NOT NULL, corrected INTEGER NOT NULL,
  rated_at TEXT NOT NULL) STRICT;
INSERT INTO "ratings" VALUES(1,1,1,1,'sms','overall',5,5,5,5,5,5,1,'','overall-3bd5d611',0,'2017-09-13T05:01:00.000Z');
INSERT INTO "ratings" VALUES(2,1,1,2,'sms','overall',4,4,4,4,4,4,1,'','overall-3bd5d611',1,'2017-09-13T05:07:00.000Z');
INSERT INTO "ratings" VALUES(3,4,4,4,'sms','overall',NULL,5,4,3,4,5,0,'','overall-3bd5d611',0,'2017-09-13T05:11:00.000Z');
INSERT INTO "ratings" VALUES(4,11,9,6,'sms','overall',1,1,1,1,1,1,1,'','overall-3bd5d611',0,'2017-09-13T05:16:00.000Z');
CREATE TABLE refusals (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, digest TEXT NOT NULL, line INTEGER NOT NULL, foreign_id TEXT NOT NULL,
  reason TEXT NOT NULL, refused_at TEXT NOT NULL, UNIQUE (source, digest)) STRICT;
INSERT INTO "refusals" VALUES(1,'test','d',7,'v99','there is no office X','2017-09-13T05:18:00.000Z');
CREATE TABLE replies (
  id INTEGER PRIMARY KEY, invitation INTEGER REFERENCES invitations(id), person INTEGER REFERENCES persons(id),
  state TEXT NOT NULL, text TEXT NOT NULL, class TEXT NOT NULL, rating INTEGER, criteria TEXT NOT NULL,
  opt_out INTEGER NOT NULL, rule TEXT NOT NULL, confidence REAL NOT NULL, sent_at TEXT NOT NULL,
  handled_at TEXT NOT NULL) STRICT;
INSERT INTO "replies" VALUES(1,1,1,'handled','5','rating',5,'{}',0,'number',1.0,'2017-09-13T05:01:00.000Z','2017-09-13T05:01:00.000Z');
INSERT INTO "replies" VALUES(2,1,1,'handled','4','rating',4,'{}',0,'number',1.0,'2017-09-13T05:07:00.000Z','2017-09-13T05:07:00.000Z');
INSERT INTO "replies" VALUES(3,3,3,'handled','СТОП','optout',NULL,'{}',1,'opt_out',1.0,'2017-09-13T05:09:00.000Z','2017-09-13T05:09:00.000Z');
INSERT INTO "replies" VALUES(4,4,4,'handled','5 4 3 4 5','vector',NULL,'{"comfort": 4, "info": 5, "queue": 4, "staff": 3, "time": 5}',0,'vector',1.0,'2017-09-13T05:11:00.000Z','2017-09-13T05:11:00.000Z');
INSERT INTO "replies" VALUES(5,5,5,'handled','Очень долго ждали, посадите ещё одного специалиста в окно, прошу вас','comment',NULL,'{}',0,'free_text',0.9,'2017-09-13T05:13:00.000Z','2017-09-13T05:13:00.000Z');
INSERT INTO "replies" VALUES(6,9,8,'handled','1','rating',1,'{}',0,'number',1.0,'2017-09-13T05:16:00.000Z','2017-09-13T05:16:00.000Z');
CREATE TABLE reviews (
  reply INTEGER PRIMARY KEY REFERENCES replies(id), reason TEXT NOT NULL, opened_at TEXT NOT NULL,
  decided_at TEXT, decided_by TEXT, decision TEXT, note TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE services (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, authority TEXT NOT NULL, authority_id TEXT NOT NULL,
  service_id TEXT NOT NULL, procedure_id TEXT NOT NULL, type TEXT NOT NULL) STRICT;
INSERT INTO "services" VALUES('REG','Государственная регистрация прав на недвижимость','Росреестр','10000000001','10000000101','10000000102','federal');
CREATE TABLE sims (
  iccid TEXT PRIMARY KEY, imei TEXT, operator TEXT, number TEXT, seen_at TEXT, balance REAL,
  balance_text TEXT, balance_at TEXT, stops INTEGER NOT NULL DEFAULT 0, stopped_until TEXT, stopped_why TEXT,
  report_quarters INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE surveys (
  version TEXT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL, first_used_at TEXT NOT NULL) STRICT;
INSERT INTO "surveys" VALUES('overall-3bd5d611','overall','{"name":"overall","about":"One question about the whole service.","questions":[{"asks":["overall"],"text":{"en":"{date} you visited {office}. Rate the service from 1 to 5 (5 is excellent)","ru":"{date} Вы были в {office}. Оцените услугу от 1 до 5 (5-отлично)"}}],"texts":{"ru":{"reprompt":"Не поняли ответ. Пришлите одну цифру от 1 до 5. Ответ бесплатный.","thanks":"Спасибо, Ваша оценка принята.","help":"Опрос о качестве услуг МФЦ. Пришлите 1-5 или СТОП. Ответ бесплатный.","farewell":"Вы исключены из опроса. Больше сообщений не будет.","reminder":"Напоминаем: оцените услугу в {office} от 1 до 5. Ответ бесплатный.","names":{"overall":"услуга"}},"en":{"reprompt":"We did not understand. Please send one digit from 1 to 5. The reply is free.","thanks":"Thank you, your rating has been accepted.","help":"A survey about public services. Send 1 to 5, or STOP. The reply is free.","farewell":"You are out of the survey. There will be no more messages.","reminder":"A reminder: rate the service at {office} from 1 to 5. The reply is free.","names":{"overall":"service"}}}}','2017-09-13T05:00:00.000Z');
CREATE TABLE troubles (
  id INTEGER PRIMARY KEY, place TEXT NOT NULL, text TEXT NOT NULL, happened_at TEXT NOT NULL, lines TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE visits (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, foreign_id TEXT NOT NULL, stage TEXT NOT NULL,
  office TEXT NOT NULL REFERENCES offices(code), service TEXT NOT NULL REFERENCES services(code),
  received_at TEXT NOT NULL, person INTEGER REFERENCES persons(id), consent INTEGER NOT NULL,
  accepted_at TEXT NOT NULL, language TEXT NOT NULL DEFAULT '', UNIQUE (source, foreign_id, stage)) STRICT;
INSERT INTO "visits" VALUES(1,'test','v1','','BRN1','REG','2017-09-13T05:00:00.000Z',1,1,'2017-09-13T05:00:00.000Z','');
INSERT INTO "visits" VALUES(2,'test','v2','','BRN1','REG','2017-09-13T05:07:00.000Z',2,1,'2017-09-13T05:07:00.000Z','');
INSERT INTO "visits" VALUES(3,'test','v3','','BRN1','REG','2017-09-13T05:08:00.000Z',3,1,'2017-09-13T05:08:00.000Z','');
INSERT INTO "visits" VALUES(4,'test','v4','','BRN1','REG','2017-09-13T05:10:00.000Z',4,1,'2017-09-13T05:10:00.000Z','');
INSERT INTO "visits" VALUES(5,'test','v5','','BRN1','REG','2017-09-13T05:12:00.000Z',5,1,'2017-09-13T05:12:00.000Z','');
INSERT INTO "visits" VALUES(6,'test','v6','','BRN1','REG','2017-09-13T05:14:00.000Z',NULL,0,'2017-09-13T05:14:00.000Z','');
INSERT INTO "visits" VALUES(7,'test','v7','','BRN1','REG','2017-09-13T05:14:00.000Z',NULL,0,'2017-09-13T05:14:00.000Z','');
INSERT INTO "visits" VALUES(8,'test','v8','','BRN1','REG','2017-09-13T05:14:00.000Z',6,1,'2017-09-13T05:14:00.000Z','');
INSERT INTO "visits" VALUES(9,'test','v9','','BRN1','REG','2017-09-13T05:14:00.000Z',7,1,'2017-09-13T05:14:00.000Z','');
INSERT INTO "visits" VALUES(10,'test','v3b','','BRN1','REG','2017-09-13T05:15:00.000Z',3,1,'2017-09-13T05:15:00.000Z','');
INSERT INTO "visits" VALUES(11,'test','v0','','BRN1','REG','2017-09-13T05:15:00.000Z',8,1,'2017-09-13T05:15:00.000Z','');
INSERT INTO "visits" VALUES(12,'test','w1','','BRN1','REG','2017-09-13T05:18:00.000Z',9,1,'2017-09-13T05:18:00.000Z','');
INSERT INTO "visits" VALUES(13,'test','w2','','BRN1','REG','2017-09-13T05:18:00.000Z',10,1,'2017-09-13T05:18:00.000Z','');
CREATE TABLE wishes (
  id INTEGER PRIMARY KEY, modem TEXT NOT NULL, verb TEXT NOT NULL, words TEXT NOT NULL DEFAULT '',
  wished_at TEXT NOT NULL, done_at TEXT, result TEXT) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX invitations_due ON invitations (due_at) WHERE state = 'due';
CREATE INDEX invitations_open ON invitations (closes_at) WHERE state = 'open';
CREATE INDEX invitations_person ON invitations (person, invited_at);
CREATE INDEX messages_invitation ON messages (invitation);
CREATE INDEX parts_message ON parts (message);
CREATE INDEX parts_claimed ON parts (id) WHERE state = 'claimed';
CREATE INDEX inbox_kept ON inbox (id) WHERE state = 'kept';
CREATE INDEX inbox_parts ON inbox (sender, ref) WHERE ref IS NOT NULL;
CREATE INDEX replies_invitation ON replies (invitation);
CREATE INDEX ratings_visit ON ratings (visit);
CREATE UNIQUE INDEX alarms_open ON alarms (place, kind) WHERE cleared_at IS NULL;
CREATE INDEX wishes_open ON wishes (id) WHERE done_at IS NULL;
CREATE UNIQUE INDEX outages_open ON outages (modem) WHERE ended_at IS NULL;
CREATE INDEX outages_by_modem ON outages (modem, began_at);
CREATE INDEX parts_unknown ON parts (sim, submitted_at) WHERE state = 'unknown';
CREATE INDEX inbox_reports ON inbox (id) WHERE state = 'kept' AND kind = 'report';
CREATE VIEW message_states AS
  SELECT message, CASE max(CASE state WHEN 'failed' THEN 5 WHEN 'unknown' THEN 4 WHEN 'queued' THEN 3
    WHEN 'claimed' THEN 2 WHEN 'submitted' THEN 1 ELSE 0 END)
  WHEN 5 THEN 'failed' WHEN 4 THEN 'unknown' WHEN 3 THEN 'queued' WHEN 2 THEN 'claimed' WHEN 1 THEN 'submitted'
  ELSE 'delivered' END AS state FROM parts GROUP BY message;
CREATE INDEX parts_waiting ON parts (lane, priority, next_at) WHERE state = 'queued';
CREATE INDEX parts_by_sim ON parts (sim, submitted_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX invitations_remind ON invitations (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;
CREATE INDEX opt_events_of ON opt_events (pseudonym);
CREATE INDEX reviews_open ON reviews (opened_at) WHERE decided_at IS NULL;
CREATE INDEX candidates_of ON candidates (invitation);
CREATE INDEX replies_quarantined ON replies (person) WHERE state = 'quarantined';
CREATE INDEX callbacks_open ON callbacks (due_at) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX callbacks_once ON callbacks (visit, reason) WHERE closed_at IS NULL;
CREATE INDEX callback_events_of ON callback_events (callback);
CREATE VIEW dispositions AS
WITH invite AS (
  SELECT m.invitation AS id, max(p.state = 'unknown') AS doubtful, max(p.state = 'failed') AS failed,
         min(p.state = 'delivered') AS delivered, min(p.state IN ('submitted', 'delivered', 'unknown')) AS sent
  FROM messages m JOIN message_states p ON p.message = m.id WHERE m.kind = 'invite' GROUP BY m.invitation
)
SELECT v.id, v.office,
  CASE
    WHEN r.visit IS NOT NULL THEN 'rated'
    WHEN v.consent = 0 THEN 'no consent'
    WHEN i.id IS NULL THEN 'lost'
    WHEN i.state = 'barred' THEN 'barred'
    WHEN i.state = 'declined' THEN 'declined'
    WHEN i.state = 'due' THEN 'waiting'
    WHEN i.state = 'open' AND i.invited_at IS NULL THEN 'waiting'
    WHEN q.invitation IS NOT NULL THEN 'not understood'
    WHEN i.state = 'open' THEN 'open'
    WHEN a.invitation IS NOT NULL THEN 'not understood'
    WHEN n.failed = 1 THEN 'undeliverable'
    WHEN n.doubtful = 1 THEN 'unknown'
    WHEN n.sent = 1 THEN 'silent'
    ELSE 'lost'
  END AS disposition,
  i.invited_at IS NOT NULL AS invited, coalesce(n.delivered, 0) AS delivered, a.invitation IS NOT NULL AS replied
FROM visits v
  LEFT JOIN invitations i ON i.visit = v.id
  LEFT JOIN invite n ON n.id = i.id
  LEFT JOIN (SELECT DISTINCT visit FROM ratings) r ON r.visit = v.id
  LEFT JOIN (SELECT DISTINCT invitation FROM replies WHERE state = 'handled') a ON a.invitation = i.id

  LEFT JOIN (SELECT DISTINCT coalesce(c.invitation, y.invitation) AS invitation FROM reviews w
             JOIN replies y ON y.id = w.reply LEFT JOIN candidates c ON c.reply = w.reply
             WHERE w.decided_at IS NULL) q ON q.invitation = i.id;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('ratings',4);
COMMIT;
