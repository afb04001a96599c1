// Follow the verdicts: npm install @platformatic/kafka lz4-napi; node consume.mjs HOST:PORT [COUNT]
import { Consumer, stringDeserializers } from '@platformatic/kafka'

const wanted = Number(process.argv[3] ?? Infinity)
const consumer = new Consumer({
  clientId: 'my-alerts',
  groupId: 'my-alerts',
  bootstrapBrokers: [process.argv[2]],
  deserializers: stringDeserializers,
  autocommit: false
})
const known = new Set() // yours: a unique key in a database
const stream = await consumer.consume({
  topics: ['articles.enriched'],
  mode: 'committed',
  fallbackMode: 'earliest'
})
for await (const message of stream) {
  const article = JSON.parse(message.value)
  // Delivered at least once: the same pair is the same bytes again.
  const verdict = `${article.article_id} ${article.content_digest}`
  if (!known.has(verdict)) {
    known.add(verdict)
    const { relation, story_id: story } = article.detection
    console.log(message.headers.get('ce_type'), article.source, relation, story)
  }
  await message.commit()
  if (known.size >= wanted) break
}
await consumer.close(true)
