import { answerJobs } from './answer-jobs.js'
import { openCore } from './store-core.js'

answerJobs(openCore)
