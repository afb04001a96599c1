// Send an article: npm install @platformatic/kafka; node produce.mjs HOST:PORT
import { Producer, stringSerializers } from '@platformatic/kafka'

const producer = new Producer({
  clientId: 'my-crawler',
  bootstrapBrokers: [process.argv[2]],
  serializers: stringSerializers,
  idempotent: true
})
const article = {
  id: 'bridge-9',
  source: 'valley-times.example',
  title: 'Old bridge reopens to traffic',
  text:
    'The old bridge over the gorge reopened to traffic on Friday after two years of work on its' +
    ' pillars, the county said. Heavy lorries must still take the road through the valley until' +
    ' the last of the new bearings have been tested in the autumn.',
  published_at: new Date().toISOString()
}
await producer.send({
  messages: [{ topic: 'articles.raw', key: article.source, value: JSON.stringify(article) }]
})
console.log(`sent ${article.id}`)
await producer.close()
