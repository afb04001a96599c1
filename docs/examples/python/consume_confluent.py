"""Keep the stories. pip install confluent-kafka; python consume_confluent.py HOST:PORT [COUNT]"""

import json
import sys

from confluent_kafka import Consumer

consumer = Consumer(
    {
        "bootstrap.servers": sys.argv[1],
        "group.id": "my-story-table",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
)
consumer.subscribe(["stories"])
stories: dict[str, dict] = {}  # the topic is compacted: the last state of each story is enough
wanted = int(sys.argv[2]) if len(sys.argv) > 2 else sys.maxsize
while len(stories) < wanted:
    record = consumer.poll(1.0)
    if record is None:
        continue
    if record.error():
        sys.exit(str(record.error()))
    story = json.loads(record.value())
    if story["version"] < stories.get(story["story_id"], story)["version"]:
        continue  # an older state again, after a restart
    stories[story["story_id"]] = story
    names = ", ".join(publisher["source"] for publisher in story["publishers"])
    print(f"{story['headline']}: {story['articles']} articles at {names}")
    consumer.commit(record, asynchronous=False)
consumer.close()
