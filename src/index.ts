export * as Ecs from "./Ecs.ts"
