# A window that is exact to the millisecond.
policy: pulse.toml

story: An exact window is open at its far end
| when             | what | then                  |
| 2026-01-10 12:00 | view |                       |
| 2026-01-10 13:00 | view | pulse: quiet -> awake |
| 2026-01-11 12:00 |      | pulse: awake -> quiet |

story: An exact window does not care about clock changes
| when             | what | then                  |
| 2026-03-28 12:00 | view |                       |
| 2026-03-28 13:00 | view | pulse: quiet -> awake |
| 2026-03-29 13:00 |      | pulse: awake -> quiet |

story: An arrival and an expiry at one instant are judged together
| when             | what | then                  |
| 2026-01-10 12:00 | view |                       |
| 2026-01-10 13:00 | view | pulse: quiet -> awake |
| 2026-01-11 12:00 | view |                       |
| 2026-01-11 13:00 |      | pulse: awake -> quiet |

story: An arrival one millisecond after an expiry is judged for itself
| when                    | what | then                  |
| 2026-01-10 12:00        | view |                       |
| 2026-01-10 13:00        | view | pulse: quiet -> awake |
| 2026-01-11 12:00        |      | pulse: awake -> quiet |
| 2026-01-11 12:00:00.001 | view | pulse: quiet -> awake |

story: Two views at one instant are two views
| when             | what | then                  |
| 2026-01-10 12:00 | view |                       |
|                  | view | pulse: quiet -> awake |
