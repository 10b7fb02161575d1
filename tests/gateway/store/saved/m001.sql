BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'otklik','m001_end_to_end','2026-11-25 12:43:35.809860+00:00');
CREATE TABLE exports (
  id INTEGER PRIMARY KEY, format TEXT NOT NULL, after INTEGER NOT NULL, until INTEGER NOT NULL,
  rows INTEGER NOT NULL, exported_at TEXT NOT NULL) STRICT;
INSERT INTO "exports" VALUES(1,'jsonl',0,1,1,'2017-09-13T05:18:00.000Z');
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, sim TEXT NOT NULL, memory TEXT NOT NULL, slot INTEGER NOT NULL, raw TEXT NOT NULL,
  state TEXT NOT NULL, kept_at TEXT NOT NULL, kind TEXT, person INTEGER REFERENCES persons(id), sender TEXT,
  sent_at TEXT, alphabet TEXT, units BLOB, ref INTEGER, bits INTEGER, total INTEGER, seq INTEGER, reply INTEGER,
  problem TEXT, UNIQUE (sim, raw)) STRICT;
INSERT INTO "inbox" VALUES(1,'8970100000000000001','SM',1,'00040B919731200000F10000719031211000820135','handled','2017-09-13T05:01:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,NULL);
INSERT INTO "inbox" VALUES(2,'8970100000000000001','SM',1,'00040B919731200000F10000719031217000820134','handled','2017-09-13T05:07:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,NULL);
INSERT INTO "inbox" VALUES(3,'8970100000000000001','SM',1,'00040B919731200000F30008719031219000820804210422041E041F','handled','2017-09-13T05:09:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,3,NULL);
INSERT INTO "inbox" VALUES(4,'8970100000000000001','SM',1,'00040B919731200000F40000719031211100820935100D3403D14035','handled','2017-09-13T05:11:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,4,NULL);
INSERT INTO "inbox" VALUES(5,'8970100000000000001','SM',1,'00040B919731200000F500087190312131008288041E04470435043D044C00200434043E043B0433043E0020043604340430043B0438002C0020043F043E04410430043404380442043500200435044904510020043E0434043D043E0433043E00200441043F0435044604380430043B0438044104420430002004320020043E043A043D043E002C0020043F0440043E044804430020043204300441','handled','2017-09-13T05:13:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,5,NULL);
INSERT INTO "inbox" VALUES(6,'8970100000000000001','SM',1,'00065A0B919731200000F9719031804100217190318041002146','handled','2017-09-13T05:14:00.000Z','report',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "inbox" VALUES(7,'8970100000000000001','SM',1,'0006140B919731200000F2719031805100217190318051002100','handled','2017-09-13T05:15:00.000Z','report',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "inbox" VALUES(8,'8970100000000000001','SM',1,'00040B919731200000F00000719031216100820131','handled','2017-09-13T05:16:00.000Z','reply',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,6,NULL);
INSERT INTO "inbox" VALUES(9,'8970100000000000001','SM',1,'00040B919731200000F200087190312181008208043F044F0442044C','kept','2017-09-13T05:18:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY, visit INTEGER NOT NULL UNIQUE REFERENCES visits(id),
  person INTEGER NOT NULL REFERENCES persons(id), state TEXT NOT NULL, due_at TEXT NOT NULL, invited_at TEXT,
  closes_at TEXT, closed_at TEXT, reprompts INTEGER NOT NULL DEFAULT 0, outgoing INTEGER NOT NULL DEFAULT 0,
  rating INTEGER, reason TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "invitations" VALUES(1,1,1,'answered','2017-09-13T05:00:00.000Z','2017-09-13T05:00:00.000Z','2017-09-16T05:00:00.000Z','2017-09-13T05:01:00.000Z',0,2,4,'');
INSERT INTO "invitations" VALUES(2,2,2,'open','2017-09-13T05:07:00.000Z','2017-09-13T05:07:00.000Z','2017-09-16T05:07:00.000Z',NULL,0,1,NULL,'');
INSERT INTO "invitations" VALUES(3,3,3,'declined','2017-09-13T05:08:00.000Z','2017-09-13T05:08:00.000Z','2017-09-13T05:09:00.000Z','2017-09-13T05:09:00.000Z',0,2,NULL,'');
INSERT INTO "invitations" VALUES(4,4,4,'answered','2017-09-13T05:10:00.000Z','2017-09-13T05:10:00.000Z','2017-09-16T05:10:00.000Z','2017-09-13T05:11:00.000Z',0,2,NULL,'');
INSERT INTO "invitations" VALUES(5,5,5,'open','2017-09-13T05:12:00.000Z','2017-09-13T05:12:00.000Z','2017-09-16T05:12:00.000Z',NULL,1,2,NULL,'');
INSERT INTO "invitations" VALUES(6,8,6,'open','2017-09-13T05:14:00.000Z',NULL,'2017-09-16T05:14:00.000Z',NULL,0,1,NULL,'');
INSERT INTO "invitations" VALUES(7,9,7,'expired','2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z','2017-09-16T05:14:00.000Z','2017-09-13T05:14:00.000Z',0,1,NULL,'undeliverable');
INSERT INTO "invitations" VALUES(8,10,3,'barred','2017-09-13T05:15:00.000Z',NULL,NULL,'2017-09-13T05:15:00.000Z',0,0,NULL,'barred');
INSERT INTO "invitations" VALUES(9,11,8,'answered','2017-09-13T05:15:00.000Z','2017-09-13T05:15:00.000Z','2017-09-16T05:15:00.000Z','2017-09-13T05:16:00.000Z',0,2,1,'');
INSERT INTO "invitations" VALUES(10,12,9,'open','2017-09-13T05:18:00.000Z',NULL,'2017-09-16T05:18:00.000Z',NULL,0,1,NULL,'');
INSERT INTO "invitations" VALUES(11,13,10,'due','2017-09-13T05:18:00.000Z',NULL,NULL,NULL,0,0,NULL,'');
CREATE TABLE jobs (
  name TEXT PRIMARY KEY, ran_at TEXT NOT NULL, took_s REAL NOT NULL, trouble TEXT) STRICT;
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, invitation INTEGER NOT NULL REFERENCES invitations(id), kind TEXT NOT NULL,
  text TEXT NOT NULL, alphabet TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
INSERT INTO "messages" VALUES(1,1,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:00:00.000Z');
INSERT INTO "messages" VALUES(2,1,'thanks','Спасибо, Ваша оценка принята.','ucs2','2017-09-13T05:01:00.000Z');
INSERT INTO "messages" VALUES(3,2,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:07:00.000Z');
INSERT INTO "messages" VALUES(4,3,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:08:00.000Z');
INSERT INTO "messages" VALUES(5,3,'farewell','Вы исключены из опроса. Больше сообщений не будет.','ucs2','2017-09-13T05:09:00.000Z');
INSERT INTO "messages" VALUES(6,4,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:10:00.000Z');
INSERT INTO "messages" VALUES(7,4,'thanks','Спасибо, Ваша оценка принята.','ucs2','2017-09-13T05:11:00.000Z');
INSERT INTO "messages" VALUES(8,5,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:12:00.000Z');
INSERT INTO "messages" VALUES(9,5,'reprompt','Не поняли ответ. Пришлите одну цифру от 1 до 5. Ответ бесплатный.','ucs2','2017-09-13T05:13:00.000Z');
INSERT INTO "messages" VALUES(10,6,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:14:00.000Z');
INSERT INTO "messages" VALUES(11,7,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:14:00.000Z');
INSERT INTO "messages" VALUES(12,9,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:15:00.000Z');
INSERT INTO "messages" VALUES(13,9,'thanks','Спасибо, Ваша оценка принята.','ucs2','2017-09-13T05:16:00.000Z');
INSERT INTO "messages" VALUES(14,10,'invite','13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)','ucs2','2017-09-13T05:18:00.000Z');
CREATE TABLE offices (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, short_name TEXT NOT NULL, locality TEXT NOT NULL, oktmo TEXT NOT NULL,
  okato TEXT NOT NULL, time_zone TEXT NOT NULL, windows INTEGER NOT NULL) STRICT;
INSERT INTO "offices" VALUES('BRN1','МФЦ г. Барнаул, Центральный','МФЦ Барнаул','г. Барнаул','01701000','01401000000','Asia/Barnaul',60);
CREATE TABLE parts (
  id INTEGER PRIMARY KEY, message INTEGER NOT NULL REFERENCES messages(id), seq INTEGER NOT NULL,
  total INTEGER NOT NULL, text TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL,
  next_at TEXT NOT NULL, until_at TEXT, attempts INTEGER NOT NULL DEFAULT 0, sim TEXT, reference INTEGER,
  claimed_at TEXT, submitted_at TEXT, done_at TEXT, status INTEGER, cause TEXT) STRICT;
INSERT INTO "parts" VALUES(1,1,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:00:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',10,'2017-09-13T05:00:00.000Z','2017-09-13T05:00:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(2,2,1,1,'Спасибо, Ваша оценка принята.',2,'submitted','2017-09-13T05:01:00.000Z',NULL,1,'8970100000000000001',11,'2017-09-13T05:01:00.000Z','2017-09-13T05:01:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(3,3,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'delivered','2017-09-13T05:07:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',20,'2017-09-13T05:07:00.000Z','2017-09-13T05:07:00.000Z','2017-09-13T05:15:00.000Z',0,NULL);
INSERT INTO "parts" VALUES(4,4,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:08:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',30,'2017-09-13T05:08:00.000Z','2017-09-13T05:08:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(5,5,1,1,'Вы исключены из опроса. Больше сообщений не будет.',0,'submitted','2017-09-13T05:09:00.000Z',NULL,1,'8970100000000000001',31,'2017-09-13T05:09:00.000Z','2017-09-13T05:09:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(6,6,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:10:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',40,'2017-09-13T05:10:00.000Z','2017-09-13T05:10:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(7,7,1,1,'Спасибо, Ваша оценка принята.',2,'submitted','2017-09-13T05:11:00.000Z',NULL,1,'8970100000000000001',41,'2017-09-13T05:11:00.000Z','2017-09-13T05:11:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(8,8,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:12:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',50,'2017-09-13T05:12:00.000Z','2017-09-13T05:12:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(9,9,1,1,'Не поняли ответ. Пришлите одну цифру от 1 до 5. Ответ бесплатный.',1,'submitted','2017-09-13T05:13:00.000Z',NULL,1,'8970100000000000001',51,'2017-09-13T05:13:00.000Z','2017-09-13T05:13:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(10,10,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'claimed','2017-09-13T05:14:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',NULL,'2017-09-13T05:14:00.000Z',NULL,NULL,NULL,NULL);
INSERT INTO "parts" VALUES(11,11,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'failed','2017-09-13T05:14:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',90,'2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z','2017-09-13T05:14:00.000Z',70,'SM validity period expired');
INSERT INTO "parts" VALUES(12,12,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'submitted','2017-09-13T05:15:00.000Z','2017-09-13T13:30:00.000Z',1,'8970100000000000001',0,'2017-09-13T05:15:00.000Z','2017-09-13T05:15:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(13,13,1,1,'Спасибо, Ваша оценка принята.',2,'submitted','2017-09-13T05:16:00.000Z',NULL,1,'8970100000000000001',1,'2017-09-13T05:16:00.000Z','2017-09-13T05:16:00.000Z',NULL,NULL,NULL);
INSERT INTO "parts" VALUES(14,14,1,1,'13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)',3,'queued','2017-09-13T05:18:00.000Z','2017-09-13T13:30:00.000Z',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE persons (
  id INTEGER PRIMARY KEY, phone TEXT UNIQUE, pseudonym TEXT NOT NULL UNIQUE, opted_out_at TEXT) STRICT;
INSERT INTO "persons" VALUES(1,'+79130200001','p-21f0ad1dc78d46abfdb78256',NULL);
INSERT INTO "persons" VALUES(2,'+79130200002','p-6247c902893aef84575b2569',NULL);
INSERT INTO "persons" VALUES(3,'+79130200003','p-b7e00b431e9d3e20746ed9d4','2017-09-13T05:09:00.000Z');
INSERT INTO "persons" VALUES(4,'+79130200004','p-150bad2b18e394b1ed3defa4',NULL);
INSERT INTO "persons" VALUES(5,'+79130200005','p-a54b98ad224d7f8cb9661a6f',NULL);
INSERT INTO "persons" VALUES(6,'+79130200008','p-4c93ebaf438c3275111c6305',NULL);
INSERT INTO "persons" VALUES(7,'+79130200009','p-5593974fe75374bbcb9fadeb',NULL);
INSERT INTO "persons" VALUES(8,'+79130200000','p-62ff443ad99eccd13652cbaf',NULL);
INSERT INTO "persons" VALUES(9,'+79130200011','p-7ff77ed4950e77d2504a342e',NULL);
INSERT INTO "persons" VALUES(10,'+79130200012','p-2406ef9abe8feac88cd0929a',NULL);
CREATE TABLE ports (
  name TEXT PRIMARY KEY, state TEXT NOT NULL, imei TEXT, sim TEXT, model TEXT, operator TEXT, signal INTEGER,
  trouble TEXT, changed_at TEXT NOT NULL) STRICT;
CREATE TABLE ratings (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT, visit INTEGER NOT NULL REFERENCES visits(id),
  invitation INTEGER REFERENCES invitations(id), reply INTEGER REFERENCES replies(id), source TEXT NOT NULL,
  mode TEXT NOT NULL, overall INTEGER, time INTEGER, queue INTEGER, staff INTEGER, comfort INTEGER, info INTEGER,
  expanded INTEGER NOT NULL, comment TEXT NOT NULL, form_version TEXT NOT NULL, corrected INTEGER NOT NULL,
  rated_at TEXT NOT NULL) STRICT;
INSERT INTO "ratings" VALUES(1,1,1,1,'sms','overall',5,5,5,5,5,5,1,'','overall-c149ba39',0,'2017-09-13T05:01:00.000Z');
INSERT INTO "ratings" VALUES(2,1,1,2,'sms','overall',4,4,4,4,4,4,1,'','overall-c149ba39',1,'2017-09-13T05:07:00.000Z');
INSERT INTO "ratings" VALUES(3,4,4,4,'sms','overall',NULL,5,4,3,4,5,0,'','overall-c149ba39',0,'2017-09-13T05:11:00.000Z');
INSERT INTO "ratings" VALUES(4,11,9,6,'sms','overall',1,1,1,1,1,1,1,'','overall-c149ba39',0,'2017-09-13T05:16:00.000Z');
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
CREATE TABLE services (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, authority TEXT NOT NULL, authority_id TEXT NOT NULL,
  service_id TEXT NOT NULL, procedure_id TEXT NOT NULL, type TEXT NOT NULL) STRICT;
INSERT INTO "services" VALUES('REG','Государственная регистрация прав на недвижимость','Росреестр','10000000001','10000000101','10000000102','federal');
CREATE TABLE troubles (
  id INTEGER PRIMARY KEY, place TEXT NOT NULL, text TEXT NOT NULL, happened_at TEXT NOT NULL) STRICT;
CREATE TABLE visits (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, foreign_id TEXT NOT NULL, stage TEXT NOT NULL,
  office TEXT NOT NULL REFERENCES offices(code), service TEXT NOT NULL REFERENCES services(code),
  received_at TEXT NOT NULL, person INTEGER REFERENCES persons(id), consent INTEGER NOT NULL,
  accepted_at TEXT NOT NULL, UNIQUE (source, foreign_id, stage)) STRICT;
INSERT INTO "visits" VALUES(1,'test','v1','','BRN1','REG','2017-09-13T05:00:00.000Z',1,1,'2017-09-13T05:00:00.000Z');
INSERT INTO "visits" VALUES(2,'test','v2','','BRN1','REG','2017-09-13T05:07:00.000Z',2,1,'2017-09-13T05:07:00.000Z');
INSERT INTO "visits" VALUES(3,'test','v3','','BRN1','REG','2017-09-13T05:08:00.000Z',3,1,'2017-09-13T05:08:00.000Z');
INSERT INTO "visits" VALUES(4,'test','v4','','BRN1','REG','2017-09-13T05:10:00.000Z',4,1,'2017-09-13T05:10:00.000Z');
INSERT INTO "visits" VALUES(5,'test','v5','','BRN1','REG','2017-09-13T05:12:00.000Z',5,1,'2017-09-13T05:12:00.000Z');
INSERT INTO "visits" VALUES(6,'test','v6','','BRN1','REG','2017-09-13T05:14:00.000Z',NULL,0,'2017-09-13T05:14:00.000Z');
INSERT INTO "visits" VALUES(7,'test','v7','','BRN1','REG','2017-09-13T05:14:00.000Z',NULL,0,'2017-09-13T05:14:00.000Z');
INSERT INTO "visits" VALUES(8,'test','v8','','BRN1','REG','2017-09-13T05:14:00.000Z',6,1,'2017-09-13T05:14:00.000Z');
INSERT INTO "visits" VALUES(9,'test','v9','','BRN1','REG','2017-09-13T05:14:00.000Z',7,1,'2017-09-13T05:14:00.000Z');
INSERT INTO "visits" VALUES(10,'test','v3b','','BRN1','REG','2017-09-13T05:15:00.000Z',3,1,'2017-09-13T05:15:00.000Z');
INSERT INTO "visits" VALUES(11,'test','v0','','BRN1','REG','2017-09-13T05:15:00.000Z',8,1,'2017-09-13T05:15:00.000Z');
INSERT INTO "visits" VALUES(12,'test','w1','','BRN1','REG','2017-09-13T05:18:00.000Z',9,1,'2017-09-13T05:18:00.000Z');
INSERT INTO "visits" VALUES(13,'test','w2','','BRN1','REG','2017-09-13T05:18:00.000Z',10,1,'2017-09-13T05:18:00.000Z');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX invitations_due ON invitations (due_at) WHERE state = 'due';
CREATE INDEX invitations_open ON invitations (closes_at) WHERE state = 'open';
CREATE INDEX invitations_person ON invitations (person, invited_at);
CREATE INDEX messages_invitation ON messages (invitation);
CREATE INDEX parts_queued ON parts (priority, next_at, id) WHERE state = 'queued';
CREATE INDEX parts_message ON parts (message);
CREATE INDEX parts_awaiting ON parts (sim, reference) WHERE state IN ('submitted', 'unknown');
CREATE INDEX parts_claimed ON parts (id) WHERE state = 'claimed';
CREATE INDEX inbox_kept ON inbox (id) WHERE state = 'kept';
CREATE INDEX inbox_parts ON inbox (sender, ref) WHERE ref IS NOT NULL;
CREATE INDEX replies_invitation ON replies (invitation);
CREATE INDEX ratings_visit ON ratings (visit);
CREATE VIEW dispositions AS
WITH invite AS (
  SELECT m.invitation AS id, max(p.state = 'unknown') AS doubtful, max(p.state = 'failed') AS failed,
         min(p.state = 'delivered') AS delivered, min(p.state IN ('submitted', 'delivered', 'unknown')) AS sent
  FROM messages m JOIN parts p ON p.message = m.id WHERE m.kind = 'invite' GROUP BY m.invitation
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
  LEFT JOIN (SELECT DISTINCT invitation FROM replies WHERE state = 'handled') a ON a.invitation = i.id;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('ratings',4);
COMMIT;
