/// The byte before a value, AMF0 specification §2.1.
enum AMFMarker: UInt8 {
    case number = 0x00
    case boolean = 0x01
    case string = 0x02
    case object = 0x03
    case null = 0x05
    case undefined = 0x06
    case array = 0x08
    case objectEnd = 0x09
    case strictArray = 0x0A
    case date = 0x0B
    case longString = 0x0C
    /// Stands for a value that the sender could not write.
    case unsupported = 0x0D
    case document = 0x0F
    case typedObject = 0x10
    case switchToAMF3 = 0x11
}
