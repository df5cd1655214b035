BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE conversation (
	tenant TEXT NOT NULL, 
	thread TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	owner TEXT, 
	state TEXT NOT NULL, 
	updated BIGINT NOT NULL, 
	PRIMARY KEY (tenant, thread)
);
INSERT INTO "conversation" VALUES('slack/T0TEAM','D0ANA/main',5,'U0ANA','{"schema_version":1,"kind":"define","topics":["devops"],"offered":[],"answered":[{"ref":"9d32f7c6","kind":"define","topics":["devops"],"why":["I understood your question as: What DevOps is.","Topics I recognised: DevOps.","How sure I was: 100 %."]}],"called":[],"interview":{"schema_version":1,"owner":"U0ANA","started":"2026-11-24","answers":{"role":["developer"],"goal":["ship-faster"],"delivery":["manual"]},"reopened":null,"paused":false,"finished":false,"stopped":false,"start_on":null,"relearn":[]}}',1795492924000);
INSERT INTO "conversation" VALUES('slack/T0TEAM','D0BEN/main',9,'U0BEN','{"schema_version":1,"kind":"","topics":[],"offered":[],"answered":[],"called":[],"interview":{"schema_version":1,"owner":"U0BEN","started":"2026-11-24","answers":{"role":["data-science-ml"],"goal":["models-to-production"],"delivery":["ci-only"],"runs":["ml-models"],"team":["2-9"],"hours":["4-6"],"horizon":["12"]},"reopened":null,"paused":false,"finished":true,"stopped":false,"start_on":"2026-11-24","relearn":[]}}',1795492927000);
CREATE TABLE feedback (
	tenant TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	who TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	helpful BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (tenant, ref, who)
);
CREATE TABLE inbox (
	tenant TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (tenant, "key")
)
 WITHOUT ROWID

;
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0ANA/1795492922.000001','e3c75842abfffd37a08201fb',1795492922000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0ANA/1795492922.000005','e3c75842abfffd37a08201fb',1795492922000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0ANA/1795492923.000009','e3c75842abfffd37a08201fb',1795492923000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0ANA/1795492923.000013','e3c75842abfffd37a08201fb',1795492923000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0ANA/1795492924.000017','e3c75842abfffd37a08201fb',1795492924000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492924.000021','e3f23e299ca1e2561947665b',1795492924000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492924.000025','e3f23e299ca1e2561947665b',1795492924000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492925.000029','e3f23e299ca1e2561947665b',1795492925000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492925.000033','e3f23e299ca1e2561947665b',1795492925000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492926.000037','e3f23e299ca1e2561947665b',1795492926000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492926.000041','e3f23e299ca1e2561947665b',1795492926000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492926.000045','e3f23e299ca1e2561947665b',1795492926000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492927.000049','e3f23e299ca1e2561947665b',1795492927000);
INSERT INTO "inbox" VALUES('slack/T0TEAM','T0TEAM/D0BEN/1795492927.000053','e3f23e299ca1e2561947665b',1795492927000);
CREATE TABLE installation (
	tenant TEXT NOT NULL, 
	body TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (tenant)
);
CREATE TABLE muted (
	tenant TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (tenant, channel)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant TEXT NOT NULL, 
	thread TEXT NOT NULL, 
	message TEXT NOT NULL, 
	part INTEGER NOT NULL, 
	platform TEXT NOT NULL, 
	place TEXT NOT NULL, 
	asker TEXT NOT NULL, 
	body TEXT NOT NULL, 
	due BIGINT NOT NULL, 
	lease BIGINT, 
	tries INTEGER NOT NULL, 
	sent BIGINT, 
	parked BIGINT, 
	error TEXT, 
	CONSTRAINT outbox_once UNIQUE (tenant, message, part)
);
INSERT INTO "outbox" VALUES(1,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492922.000001',0,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"Seven short questions, about two minutes. You can go back, skip or change any answer. I keep your answers in this thread only, for 30 days; `/stop` deletes them.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492922000,NULL,1,1795492922334,NULL,NULL);
INSERT INTO "outbox" VALUES(2,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492922.000001',1,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"**What kind of work fills most of your week?**","type":"text","mentions":[]},{"items":[{"label":"Software development","says":"/answer role developer","style":"plain"},{"label":"Operations, SRE, system administration or platform","says":"/answer role ops-sre","style":"plain"},{"label":"Data science or machine learning","says":"/answer role data-science-ml","style":"plain"},{"label":"Data engineering, analytics or BI","says":"/answer role data-engineering","style":"plain"},{"label":"Security or quality assurance","says":"/answer role security-qa","style":"plain"},{"label":"Leading people, architecture or product","says":"/answer role lead-manager","style":"plain"},{"label":"Studying, or moving into the field","says":"/answer role student-switcher","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 1 of 7","audience":"thread"}',1795492922000,NULL,1,1795492922365,NULL,NULL);
INSERT INTO "outbox" VALUES(3,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492922.000005',0,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"Noted: Software development.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492922000,NULL,1,1795492922775,NULL,NULL);
INSERT INTO "outbox" VALUES(4,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492922.000005',1,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"**If one thing were clearly better a few months from now, which should it be?**","type":"text","mentions":[]},{"items":[{"label":"Releases are quicker and less scary","says":"/answer goal ship-faster","style":"plain"},{"label":"Models go live and stay good","says":"/answer goal models-to-production","style":"plain"},{"label":"Fewer outages, fewer pointless alerts","says":"/answer goal fewer-incidents-less-noise","style":"plain"},{"label":"An LLM feature gets built, or runs well","says":"/answer goal llm-feature","style":"plain"},{"label":"Data arrives on time and can be trusted","says":"/answer goal trustworthy-data","style":"plain"},{"label":"All teams build and ship in one shared way","says":"/answer goal many-teams-one-way","style":"plain"},{"label":"Security or an audit is taken care of","says":"/answer goal security-compliance","style":"plain"},{"label":"The bill gets smaller","says":"/answer goal cost","style":"plain"},{"label":"I know the field and can work in it","says":"/answer goal career","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 2 of 7","audience":"thread"}',1795492922000,NULL,1,1795492922789,NULL,NULL);
INSERT INTO "outbox" VALUES(5,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492923.000009',0,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"Noted: Releases are quicker and less scary.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492923000,NULL,1,1795492923237,NULL,NULL);
INSERT INTO "outbox" VALUES(6,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492923.000009',1,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"**How does a change get from your machine to the people who use it?**","type":"text","mentions":[]},{"items":[{"label":"By hand, or by a script on someone''s machine","says":"/answer delivery manual","style":"plain"},{"label":"Tests run by themselves, the release is by hand","says":"/answer delivery ci-only","style":"plain"},{"label":"A pipeline takes it to production","says":"/answer delivery automated-to-prod","style":"plain"},{"label":"Pipeline, infrastructure as code, and SLOs or the like","says":"/answer delivery automated-plus-iac-slo","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 3 of 7","audience":"thread"}',1795492923000,NULL,1,1795492923250,NULL,NULL);
INSERT INTO "outbox" VALUES(7,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492923.000013',0,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"Noted: By hand, or by a script on someone''s machine.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492923000,NULL,1,1795492923643,NULL,NULL);
INSERT INTO "outbox" VALUES(8,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492923.000013',1,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"**What do you run for real users, and what is around it?**","type":"text","mentions":[]},{"label":"Choose all that fit, then confirm.","options":[{"id":"apps-apis","label":"Applications or APIs","chosen":false},{"id":"ml-experiments","label":"Machine-learning experiments, nothing live yet","chosen":false},{"id":"ml-models","label":"Machine-learning models that are live","chosen":false},{"id":"llm-features","label":"LLM features that are live","chosen":false},{"id":"data-pipelines","label":"Data pipelines or reports","chosen":false},{"id":"many-services","label":"Many services, more than about 15","chosen":false},{"id":"central-telemetry","label":"Metrics, logs and traces or events in one place","chosen":false},{"id":"on-call","label":"People are on call","chosen":false},{"id":"noisy-alerts","label":"More alerts than anyone can read","chosen":false},{"id":"nothing-yet","label":"Nothing yet","chosen":false}],"says":"/answer runs","confirm":"That''s all","type":"choices"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 4 of 7","audience":"thread"}',1795492923000,NULL,1,1795492923671,NULL,NULL);
INSERT INTO "outbox" VALUES(9,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492924.000017',0,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"With DevOps, one team owns a software change from the first idea until it runs well in production, instead of handing it over to a separate operations department. Small changes, automation and quick feedback make that bearable, and what the team sees in production shapes the next change.","type":"text","mentions":[]},{"items":["**In one line:** Microsoft sums it up as people, process and products joined so that value reaches users all the time.","**The stress on ownership:** CNCF''s glossary describes teams that keep their work from development through to operation, so fewer hand-offs remain.","**Where the name comes from:** Patrick Debois ran into the dev and ops divide in 2007; the first DevOpsDays, in Ghent in October 2009, made the word stick.","**What you''d see:** a repository, a pipeline, infrastructure described in files, dashboards, runbooks and reviews after incidents.","**What it isn''t:** a tool you buy, a single job, or a new name for the operations team."],"ordered":false,"type":"bullets"},{"markdown":"Sources: [Microsoft: what DevOps is (2020)](https://cloudblogs.microsoft.com/industry-blog/en-gb/technetuk/2020/04/21/azure-mythbusters-isnt-devops-just-for-developers/), [CNCF: Cloud Native Glossary (2026)](https://glossary.cncf.io/), [A historical overview of DevOps](https://www.besthub.dev/articles/a-historical-overview-of-devops-from-a-belgian-consultant-to-a-global-movement-5cd1de739ae8), Whichops editors'' own judgement · kept by whichops-editors, reviewed 2026-11-23","type":"note"},{"items":[{"label":"Why DevOps","says":"/show facet:why devops","style":"plain"},{"label":"DevOps vs MLOps","says":"/show compare devops mlops","style":"plain"},{"label":"First steps with DevOps","says":"/show facet:start devops","style":"plain"}],"label":"Go on with:","type":"buttons"},{"items":[{"label":"Helpful","says":"/feedback 9d32f7c6 up","style":"quiet"},{"label":"Not helpful","says":"/feedback 9d32f7c6 down","style":"quiet"},{"label":"Why this answer?","says":"/explain 9d32f7c6","style":"quiet"}],"label":"This answer:","type":"buttons"}],"title":"What DevOps is","audience":"thread"}',1795492924000,NULL,1,1795492924082,NULL,NULL);
INSERT INTO "outbox" VALUES(10,'slack/T0TEAM','D0ANA/main','T0TEAM/D0ANA/1795492924.000017',1,'slack','["slack", "T0TEAM", "D0ANA", "main", true]','U0ANA','{"blocks":[{"markdown":"**What do you run for real users, and what is around it?**","type":"text","mentions":[]},{"label":"Choose all that fit, then confirm.","options":[{"id":"apps-apis","label":"Applications or APIs","chosen":false},{"id":"ml-experiments","label":"Machine-learning experiments, nothing live yet","chosen":false},{"id":"ml-models","label":"Machine-learning models that are live","chosen":false},{"id":"llm-features","label":"LLM features that are live","chosen":false},{"id":"data-pipelines","label":"Data pipelines or reports","chosen":false},{"id":"many-services","label":"Many services, more than about 15","chosen":false},{"id":"central-telemetry","label":"Metrics, logs and traces or events in one place","chosen":false},{"id":"on-call","label":"People are on call","chosen":false},{"id":"noisy-alerts","label":"More alerts than anyone can read","chosen":false},{"id":"nothing-yet","label":"Nothing yet","chosen":false}],"says":"/answer runs","confirm":"That''s all","type":"choices"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 4 of 7","audience":"thread"}',1795492924000,NULL,1,1795492924094,NULL,NULL);
INSERT INTO "outbox" VALUES(11,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492924.000021',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Seven short questions, about two minutes. You can go back, skip or change any answer. I keep your answers in this thread only, for 30 days; `/stop` deletes them.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492924000,NULL,1,1795492924541,NULL,NULL);
INSERT INTO "outbox" VALUES(12,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492924.000021',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**What kind of work fills most of your week?**","type":"text","mentions":[]},{"items":[{"label":"Software development","says":"/answer role developer","style":"plain"},{"label":"Operations, SRE, system administration or platform","says":"/answer role ops-sre","style":"plain"},{"label":"Data science or machine learning","says":"/answer role data-science-ml","style":"plain"},{"label":"Data engineering, analytics or BI","says":"/answer role data-engineering","style":"plain"},{"label":"Security or quality assurance","says":"/answer role security-qa","style":"plain"},{"label":"Leading people, architecture or product","says":"/answer role lead-manager","style":"plain"},{"label":"Studying, or moving into the field","says":"/answer role student-switcher","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 1 of 7","audience":"thread"}',1795492924000,NULL,1,1795492924557,NULL,NULL);
INSERT INTO "outbox" VALUES(13,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492924.000025',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Noted: Data science or machine learning.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492924000,NULL,1,1795492924884,NULL,NULL);
INSERT INTO "outbox" VALUES(14,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492924.000025',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**If one thing were clearly better a few months from now, which should it be?**","type":"text","mentions":[]},{"items":[{"label":"Releases are quicker and less scary","says":"/answer goal ship-faster","style":"plain"},{"label":"Models go live and stay good","says":"/answer goal models-to-production","style":"plain"},{"label":"Fewer outages, fewer pointless alerts","says":"/answer goal fewer-incidents-less-noise","style":"plain"},{"label":"An LLM feature gets built, or runs well","says":"/answer goal llm-feature","style":"plain"},{"label":"Data arrives on time and can be trusted","says":"/answer goal trustworthy-data","style":"plain"},{"label":"All teams build and ship in one shared way","says":"/answer goal many-teams-one-way","style":"plain"},{"label":"Security or an audit is taken care of","says":"/answer goal security-compliance","style":"plain"},{"label":"The bill gets smaller","says":"/answer goal cost","style":"plain"},{"label":"I know the field and can work in it","says":"/answer goal career","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 2 of 7","audience":"thread"}',1795492924000,NULL,1,1795492924894,NULL,NULL);
INSERT INTO "outbox" VALUES(15,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492925.000029',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Noted: Models go live and stay good.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492925000,NULL,1,1795492925302,NULL,NULL);
INSERT INTO "outbox" VALUES(16,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492925.000029',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**How does a change get from your machine to the people who use it?**","type":"text","mentions":[]},{"items":[{"label":"By hand, or by a script on someone''s machine","says":"/answer delivery manual","style":"plain"},{"label":"Tests run by themselves, the release is by hand","says":"/answer delivery ci-only","style":"plain"},{"label":"A pipeline takes it to production","says":"/answer delivery automated-to-prod","style":"plain"},{"label":"Pipeline, infrastructure as code, and SLOs or the like","says":"/answer delivery automated-plus-iac-slo","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 3 of 7","audience":"thread"}',1795492925000,NULL,1,1795492925327,NULL,NULL);
INSERT INTO "outbox" VALUES(17,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492925.000033',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Noted: Tests run by themselves, the release is by hand.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492925000,NULL,1,1795492925716,NULL,NULL);
INSERT INTO "outbox" VALUES(18,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492925.000033',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**What do you run for real users, and what is around it?**","type":"text","mentions":[]},{"label":"Choose all that fit, then confirm.","options":[{"id":"apps-apis","label":"Applications or APIs","chosen":false},{"id":"ml-experiments","label":"Machine-learning experiments, nothing live yet","chosen":false},{"id":"ml-models","label":"Machine-learning models that are live","chosen":false},{"id":"llm-features","label":"LLM features that are live","chosen":false},{"id":"data-pipelines","label":"Data pipelines or reports","chosen":false},{"id":"many-services","label":"Many services, more than about 15","chosen":false},{"id":"central-telemetry","label":"Metrics, logs and traces or events in one place","chosen":false},{"id":"on-call","label":"People are on call","chosen":false},{"id":"noisy-alerts","label":"More alerts than anyone can read","chosen":false},{"id":"nothing-yet","label":"Nothing yet","chosen":false}],"says":"/answer runs","confirm":"That''s all","type":"choices"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 4 of 7","audience":"thread"}',1795492925000,NULL,1,1795492925736,NULL,NULL);
INSERT INTO "outbox" VALUES(19,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492926.000037',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Noted: Machine-learning models that are live.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492926000,NULL,1,1795492926139,NULL,NULL);
INSERT INTO "outbox" VALUES(20,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492926.000037',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**How many engineers ship to the same product, or to the same estate?**","type":"text","mentions":[]},{"items":[{"label":"Just me","says":"/answer team 1","style":"plain"},{"label":"2 to 9","says":"/answer team 2-9","style":"plain"},{"label":"10 to 49","says":"/answer team 10-49","style":"plain"},{"label":"50 to 199","says":"/answer team 50-199","style":"plain"},{"label":"200 or more","says":"/answer team 200+","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 5 of 7","audience":"thread"}',1795492926000,NULL,1,1795492926150,NULL,NULL);
INSERT INTO "outbox" VALUES(21,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492926.000041',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Noted: 2 to 9.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492926000,NULL,1,1795492926585,NULL,NULL);
INSERT INTO "outbox" VALUES(22,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492926.000041',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**How many hours a week can you honestly give to this?**","type":"text","mentions":[]},{"items":[{"label":"Up to 3","says":"/answer hours <=3","style":"plain"},{"label":"4 to 6","says":"/answer hours 4-6","style":"plain"},{"label":"7 to 10","says":"/answer hours 7-10","style":"plain"},{"label":"11 or more","says":"/answer hours 11+","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 6 of 7","audience":"thread"}',1795492926000,NULL,1,1795492926602,NULL,NULL);
INSERT INTO "outbox" VALUES(23,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492926.000045',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Noted: 4 to 6.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492926000,NULL,1,1795492926987,NULL,NULL);
INSERT INTO "outbox" VALUES(24,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492926.000045',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**Over how long should the plan run?**","type":"text","mentions":[]},{"items":[{"label":"4 weeks","says":"/answer horizon 4","style":"plain"},{"label":"12 weeks, about a quarter","says":"/answer horizon 12","style":"plain"},{"label":"26 weeks, half a year","says":"/answer horizon 26","style":"plain"},{"label":"52 weeks, a year","says":"/answer horizon 52","style":"plain"}],"label":"Press a button or answer in your own words.","type":"buttons"},{"items":[{"label":"Not sure","says":"/skip","style":"quiet"},{"label":"Back","says":"/back","style":"quiet"},{"label":"Why do you ask?","says":"/why","style":"quiet"},{"label":"Pause","says":"/pause","style":"quiet"}],"label":"Or:","type":"buttons"}],"title":"Question 7 of 7","audience":"thread"}',1795492926000,NULL,1,1795492927005,NULL,NULL);
INSERT INTO "outbox" VALUES(25,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492927.000049',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"Noted: 12 weeks, about a quarter.","type":"text","mentions":[]}],"title":"","audience":"thread"}',1795492927000,NULL,1,1795492927415,NULL,NULL);
INSERT INTO "outbox" VALUES(26,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492927.000049',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"This is what I heard. Change anything before I make the roadmap.","type":"text","mentions":[]},{"columns":["Question","Your answer"],"rows":[["Your work","Data science or machine learning"],["Your goal","Models go live and stay good"],["How you release","Tests run by themselves, the release is by hand"],["What you run","Machine-learning models that are live"],["Team size","2 to 9"],["Hours a week","4 to 6"],["Time frame","12 weeks, about a quarter"]],"title":"","type":"table"},{"items":[{"label":"Make my roadmap","says":"/plan","style":"primary"}],"label":"","type":"buttons"},{"items":[{"label":"Your work","says":"/change role","style":"quiet"},{"label":"Your goal","says":"/change goal","style":"quiet"},{"label":"How you release","says":"/change delivery","style":"quiet"},{"label":"What you run","says":"/change runs","style":"quiet"},{"label":"Team size","says":"/change team","style":"quiet"},{"label":"Hours a week","says":"/change hours","style":"quiet"},{"label":"Time frame","says":"/change horizon","style":"quiet"}],"label":"Change:","type":"buttons"}],"title":"Are these answers right?","audience":"thread"}',1795492927000,NULL,1,1795492927424,NULL,NULL);
INSERT INTO "outbox" VALUES(27,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492927.000053',0,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**Start with DevOps.** Something of yours is live and released by hand, so the base comes first, whatever you want on top of it. The reasons: your tests run by themselves, but you still release by hand.","type":"text","mentions":[]},{"markdown":"**Next: MLOps**, when one change goes from commit to production by pipeline and can be rolled back.","type":"text","mentions":[]},{"items":["**Not yet: AIOps**, because you named no one place for metrics, logs and traces, you named nobody on call who would act on what it finds and you did not name more alerts than people can read. Owners for alerts, better rules and grouping remove most noise. An AI on top of messy alerts is one more thing to look after. Look again when your telemetry is in one place, you have counted pages for a month, and they are still more than people can read.","**Not yet: LLMOps**, because you named no LLM feature, live or planned. Trying prompts needs no operations. Keep a few good and bad answers as your first test set. Look again when a first prototype meets real users or real data.","**Also not yet:** Platform Engineering and GitOps."],"ordered":false,"type":"bullets"},{"markdown":"**First step this week:** Half a page on your own team: what it operates, what hurts most, which topic that is, and what can wait. A colleague would have sorted it the same way.","type":"text","mentions":[]},{"markdown":"Sources: Whichops editors'' own judgement, [CNCF: Platforms White Paper (2023)](https://tag-app-delivery.cncf.io/whitepapers/platforms/) · kept by whichops-editors, reviewed 2026-11-23","type":"note"}],"title":"Your roadmap: DevOps first","audience":"thread"}',1795492927000,NULL,1,1795492927832,NULL,NULL);
INSERT INTO "outbox" VALUES(28,'slack/T0TEAM','D0BEN/main','T0TEAM/D0BEN/1795492927.000053',1,'slack','["slack", "T0TEAM", "D0BEN", "main", true]','U0BEN','{"blocks":[{"markdown":"**7 modules, 48 of 51 hours**, 12 weeks from 2026-11-24 to 2027-02-15.","type":"text","mentions":[]},{"columns":["When","Module","Hours","Done when you can show"],"rows":[["2026-11-24 – 2026-11-30","[Map of the field: which Ops is which](https://dora.dev/guides/dora-metrics/)","3","Half a page on your own team: what it operates, what hurts most, which topic that is, and what can wait. A colleague would have sorted it the same way."],["2026-12-01 – 2026-12-17","[Linux and the shell](https://missing.csail.mit.edu/)","12","A scheduled script writes disk, memory and the busiest processes of a machine to a log, with the time of each entry."],["2026-12-18 – 2026-12-24","[Delivery baseline with DORA](https://dora.dev/guides/dora-metrics/)","4","One service''s baseline over 30 to 90 days, from data or the Quick Check, with its counting rules written down and one bottleneck picked."],["2026-12-25 – 2026-12-31","[Small batches, trunk and review](https://dora.dev/capabilities/working-in-small-batches/)","5","Two weeks in which no branch lived longer than a day, with the usual wait for a review measured, then halved or explained."],["2027-01-01 – 2027-01-11","[Everyday security](https://owasp.org/www-project-devsecops-guideline/)","6","A repository with secret scanning and dependency updates that caught a fake secret you planted, and one page on what could go wrong."],["2027-01-12 – 2027-01-25","[Networking and HTTP basics](https://linkedin.github.io/school-of-sre/level101/linux_networking/intro/)","8","One request to a public site followed from name to response with dig, curl and openssl, written down step by step with three places where it could fail."],["2027-01-26 – 2027-02-08","[Containers](https://linkedin.github.io/school-of-sre/level102/containerization_and_orchestration/intro/)","10","An application and its database start from one compose file; the image has a fixed base, runs without root, has a health check and stays under 200 MB."]],"title":"","type":"table"},{"markdown":"**By the end:** You build small images, run several containers together, pass in settings and storage, and read their logs.","type":"text","mentions":[]},{"markdown":"**Next in line: Continuous delivery** (12 hours) didn''t fit; 8 modules of this path are left. With 15 weeks, or 6 hours a week, it would. The whole path takes about 31 weeks at your pace.","type":"text","mentions":[]},{"markdown":"Left out because you know it already: Git and pull requests, Python for automation, Automated testing basics and Continuous integration: first pipeline.","type":"note"},{"items":[{"label":"Git and pull requests","says":"/relearn f-git","style":"quiet"},{"label":"Python for automation","says":"/relearn f-python","style":"quiet"},{"label":"Automated testing basics","says":"/relearn f-testing","style":"quiet"},{"label":"Continuous integration: first pipeline","says":"/relearn f-ci","style":"quiet"}],"label":"Put one back in:","type":"buttons"},{"markdown":"Hours are our estimate, for study and the exit project; expect 40 % more or less. 15 % of your time is left free. The titles link to a free place to learn.","type":"note"},{"items":[{"label":"Change my goal","says":"/change goal","style":"quiet"},{"label":"Change my pace","says":"/change hours","style":"quiet"},{"label":"Start over","says":"/restart","style":"quiet"},{"label":"Stop and delete","says":"/stop","style":"quiet"}],"label":"","type":"buttons"}],"title":"Your plan, week by week","audience":"thread"}',1795492927000,NULL,1,1795492927855,NULL,NULL);
CREATE TABLE person (
	tenant TEXT NOT NULL, 
	author TEXT NOT NULL, 
	address TEXT NOT NULL, 
	direct TEXT NOT NULL, 
	seen BIGINT NOT NULL, 
	PRIMARY KEY (tenant, author)
);
CREATE TABLE posted (
	tenant TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	activity TEXT NOT NULL, 
	thread TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	nonce TEXT NOT NULL, 
	live BOOLEAN NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (tenant, channel, activity)
);
CREATE TABLE pulse (
	name TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE reference (
	tenant TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	service_url TEXT NOT NULL, 
	bot TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	team TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	seen BIGINT NOT NULL, 
	PRIMARY KEY (tenant, conversation)
);
CREATE TABLE shadow (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	who TEXT NOT NULL, 
	text TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	at BIGINT NOT NULL
);
CREATE TABLE shelved (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant TEXT NOT NULL, 
	thread TEXT NOT NULL, 
	owner TEXT, 
	state TEXT NOT NULL, 
	at BIGINT NOT NULL
);
CREATE TABLE ticket (
	name TEXT NOT NULL, 
	until BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE unanswered (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant TEXT NOT NULL, 
	who TEXT NOT NULL, 
	text TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at BIGINT NOT NULL
);
CREATE INDEX inbox_at ON inbox (at);
CREATE INDEX inbox_who ON inbox (tenant, who);
CREATE INDEX conversation_owner ON conversation (tenant, owner);
CREATE INDEX conversation_updated ON conversation (updated);
CREATE INDEX shelved_owner ON shelved (tenant, owner);
CREATE INDEX outbox_asker ON outbox (tenant, asker);
CREATE INDEX outbox_due ON outbox (due) WHERE sent IS NULL AND parked IS NULL;
CREATE INDEX outbox_heads ON outbox (tenant, thread, id) WHERE sent IS NULL AND parked IS NULL;
CREATE INDEX outbox_sent ON outbox (sent) WHERE sent IS NOT NULL;
CREATE INDEX unanswered_at ON unanswered (tenant, at);
CREATE INDEX unanswered_who ON unanswered (tenant, who);
CREATE INDEX feedback_at ON feedback (tenant, at);
CREATE INDEX shadow_at ON shadow (tenant, at);
CREATE INDEX shadow_who ON shadow (tenant, who);
CREATE INDEX ticket_until ON ticket (until);
CREATE INDEX reference_conversation ON reference (conversation);
CREATE INDEX reference_seen ON reference (seen);
CREATE INDEX person_seen ON person (seen);
CREATE INDEX posted_owner ON posted (tenant, owner);
CREATE INDEX posted_at ON posted (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',28);
COMMIT;
