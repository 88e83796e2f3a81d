import FlowPlanner
import Hummingbird

extension StatusResponder {
    /// What the files in the body would change. The caller has been let in; the body is still to be read.
    func plan(_ request: Request, _ context: StatusRequestContext) async throws -> StatusAnswer {
        guard token != nil || Self.isLoopback(context.channel.remoteAddress) else {
            return .error("without a token, plans are for clients on the gateway's machine only", status: .forbidden)
        }
        guard planSlots.take() else {
            return .error("other plans are being made; try again", status: .serviceUnavailable)
        }
        defer { planSlots.release() }
        let limit = StatusServerLimits.maximumPlanBytes
        guard let bytes = await body(of: request, upTo: limit, context) else {
            return .error("a plan takes \(limit) bytes at most, and in time", status: .contentTooLarge)
        }
        do {
            return try .json(await snapshots.plan(try PlanRequestBody.request(from: bytes)))
        } catch let error as PlanRequestBody.Invalid {
            return .error(error.description, status: .badRequest)
        }
    }
}
