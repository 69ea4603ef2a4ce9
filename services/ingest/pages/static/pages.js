// The pages work without it: it shows what belongs to an answer when that answer is chosen, and leads to what is wrong.
import { initAll } from "./nhsuk-frontend-10.6.1/nhsuk-frontend.min.js";

initAll();
