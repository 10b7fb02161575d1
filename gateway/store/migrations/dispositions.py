"""Where each visit has ended up, as a view; migrations that change what it looks at make it anew."""

from __future__ import annotations

# Where each visit has ended up. The first line that is true decides, and every visit falls through to the last: none
# can be in two dispositions, none in none. `lost` is what cannot be explained, a fault of ours.
DISPOSITIONS = """
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
  LEFT JOIN (SELECT DISTINCT invitation FROM replies WHERE state = 'handled') a ON a.invitation = i.id
"""

# What a person has to look at is not understood as yet, also while the conversation goes on.
UNDER_REVIEW = """
  LEFT JOIN (SELECT DISTINCT coalesce(c.invitation, y.invitation) AS invitation FROM reviews w
             JOIN replies y ON y.id = w.reply LEFT JOIN candidates c ON c.reply = w.reply
             WHERE w.decided_at IS NULL) q ON q.invitation = i.id
"""

# The same, told twice where a visit was rated by channels of others: `disposition` is of the visit, which is rated,
# `course` of our conversation about it, which may have been silence. They are the same everywhere else.
WITH_COURSES = """
CREATE VIEW dispositions AS
WITH invite AS (
  SELECT m.invitation AS id, max(t.state = 'unknown') AS doubtful, max(t.state = 'failed') AS failed,
         min(t.state = 'delivered') AS delivered, min(t.state IN ('submitted', 'delivered', 'unknown')) AS sent
  FROM messages m JOIN message_states t ON t.message = m.id WHERE m.kind = 'invite' GROUP BY m.invitation
), courses AS (
  SELECT v.id, v.office, r.visit IS NOT NULL AS rated,
    CASE
      WHEN r.by_us THEN 'rated'
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
    END AS course,
    i.invited_at IS NOT NULL AS invited, coalesce(n.delivered, 0) AS delivered, a.invitation IS NOT NULL AS replied
  FROM visits v
    LEFT JOIN invitations i ON i.visit = v.id
    LEFT JOIN invite n ON n.id = i.id
    LEFT JOIN (SELECT visit, max(source IN ('sms', 'voice')) AS by_us FROM ratings GROUP BY visit) r ON r.visit = v.id
    LEFT JOIN (SELECT DISTINCT invitation FROM replies WHERE state = 'handled') a ON a.invitation = i.id
    LEFT JOIN (SELECT DISTINCT coalesce(c.invitation, y.invitation) AS invitation FROM reviews w
               JOIN replies y ON y.id = w.reply LEFT JOIN candidates c ON c.reply = w.reply
               WHERE w.decided_at IS NULL) q ON q.invitation = i.id
)
SELECT id, office, CASE WHEN rated THEN 'rated' ELSE course END AS disposition, invited, delivered, replied, course
FROM courses
"""
