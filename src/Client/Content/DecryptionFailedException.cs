namespace AtpKeyserver.Client;

/// <summary>
/// The content cannot be decrypted: it was changed, or belongs to another record, group or key version. The exact cause
/// is unknown. Do not retry.
/// </summary>
public sealed class DecryptionFailedException() : Exception("The content cannot be decrypted.");
