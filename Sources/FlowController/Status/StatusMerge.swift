import FlowModel
import FlowPlanner

/// Puts intent (the spec), progress (the record) and reality (the report) together.
enum StatusMerge {
    static func status(of record: FlowRecord, report: FlowReport?) -> FlowStatus {
        let accepted = record.last.accepted
        let spec = accepted.spec
        return FlowStatus(
            name: record.name,
            description: spec.description,
            file: accepted.file,
            suspended: spec.isSuspended,
            generation: record.generation,
            observedGeneration: record.observedGeneration,
            diskHash: accepted.diskHash,
            runningHash: record.runningHash,
            maxBandwidth: spec.maxBandwidth.bitsPerSecond,
            activeLeg: report?.activeLeg,
            bitrate: report?.bitrate ?? 0,
            bytes: report?.bytes ?? 0,
            packets: report?.packets ?? 0,
            packetsOverBandwidth: report?.packetsOverBandwidth ?? 0,
            switches: report?.switches ?? 0,
            conditions: record.conditions + [record.latencyCondition].compactMap(\.self),
            inputs: spec.inputs.map { input($0, record, report) },
            outputs: spec.outputs.map { output($0, record, report) }
        )
    }

    private static func input(_ spec: InputSpec, _ record: FlowRecord, _ report: FlowReport?) -> InputStatus {
        let isEnabled = spec.isEnabled
        let error = record.message(for: .input(spec.name))
        guard var status = report?.inputs.first(where: { $0.name == spec.name }) else {
            let legs = spec.source.hasBackupLeg ? ["main", "backup"] : ["main"]
            return InputStatus(
                name: spec.name,
                protocol: spec.source.protocolName,
                enabled: isEnabled,
                mode: spec.source.srtTerms?.mode,
                keyLength: spec.source.srtTerms?.keyLength,
                legs: legs.map { LegStatus(name: $0, address: "", lastError: error) }
            )
        }
        status.enabled = isEnabled
        status.mode = spec.source.srtTerms?.mode
        status.keyLength = spec.source.srtTerms?.keyLength
        if let error, let index = status.legs.firstIndex(where: { $0.name == "main" }) {
            status.legs[index].lastError = error
        }
        if let error = record.message(for: .backupLeg(spec.name)) {
            if let index = status.legs.firstIndex(where: { $0.name == "backup" }) {
                status.legs[index].lastError = error
            } else {
                status.legs.append(LegStatus(name: "backup", address: "", lastError: error))
            }
        }
        return status
    }

    private static func output(_ spec: OutputSpec, _ record: FlowRecord, _ report: FlowReport?) -> OutputStatus {
        let error = record.message(for: .output(spec.name))
        guard var status = report?.outputs.first(where: { $0.name == spec.name }) else {
            return OutputStatus(
                name: spec.name,
                protocol: spec.destination.protocolName,
                enabled: spec.isEnabled,
                mode: spec.destination.srtTerms?.mode,
                keyLength: spec.destination.srtTerms?.keyLength,
                address: "",
                lastError: error
            )
        }
        status.enabled = spec.isEnabled
        status.mode = spec.destination.srtTerms?.mode
        status.keyLength = spec.destination.srtTerms?.keyLength
        if let error { status.lastError = error }
        return status
    }
}

extension FlowRecord {
    /// What is wrong with a component, or with the flow that it is part of.
    fileprivate func message(for component: FlowComponent) -> String? {
        (problems[component]?.failure ?? activeFailure(component))?.message
    }

    /// The facts that the condition table needs.
    func facts(observed: ObservedFlow?) -> ConditionFacts {
        var facts = ConditionFacts()
        facts.isSuspended = last.spec.isSuspended
        facts.isApplying = isBusy || isDirty
        facts.isBeingDeleted = desired == nil
        facts.isPruneHeld = last.accepted.isPruneHeld
        facts.fileProblem = last.accepted.fileProblem
        facts.runningInputs = observed?.inputs.count ?? 0
        facts.runningOutputs = observed?.outputs.count ?? 0
        let components =
            [FlowComponent.flow]
            + last.spec.inputs.flatMap { [FlowComponent.input($0.name), .backupLeg($0.name)] }
            + last.spec.outputs.map { .output($0.name) }
        facts.troubles = components.compactMap { component in
            guard let failure = problems[component]?.failure ?? activeFailure(component) else { return nil }
            return ConditionFacts.Trouble(component: component, failure: failure)
        }
        return facts
    }
}
