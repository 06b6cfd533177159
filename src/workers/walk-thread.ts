import { answerJobs } from './answer-jobs.js'
import { openCore } from './walk-core.js'

answerJobs(openCore)
