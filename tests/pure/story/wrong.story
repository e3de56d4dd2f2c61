# Stories that expect something else than what happens.

story: Silence
only: value, behaviour
| when             | what                     | then                                             |
| 2026-01-10 09:00 | purchase 120.00 order o1 | value: none -> low, behaviour: potential -> active |
| +1h              | purchase 120.00 order o1 | |
| 2026-04-10       |                          | value: low -> mid, spend_90d is 120.00           |
| 2026-05-01       |                          |                                                  |

story: Two customers
only: value
| when             | who | what            | then               |
| 2026-01-10 09:00 | ann | purchase 200.00 | value: none -> low |
|                  | bob | purchase 200.00 | value: none -> low |
| 2026-01-11 09:00 | ann | purchase 200.00 dated -2h | value: none -> low, value is low |
|                  | bob | view            | value: low -> mid  |

story: This one is right
| when       | what | then |
| 2026-01-10 |      |      |
