import { answerJobs } from './answer-jobs.js'
import { openCore } from './check-core.js'

answerJobs(openCore)
