import { answerJobs } from './answer-jobs.js'
import { openCore } from './restore-core.js'

answerJobs(openCore)
