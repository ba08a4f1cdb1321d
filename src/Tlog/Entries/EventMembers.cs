namespace AtpKeyserver.Tlog;

/// <summary>The members of an event beside type, time and actor.</summary>
[Flags]
internal enum EventMembers
{
    None = 0,
    Name = 1,
    Version = 2,
    PublicKey = 4,
    Custody = 8,
    KeyCommitment = 16,
    DeviceId = 32,
    Did = 64,
    Signature = 128,
    Ends = 256,
}
