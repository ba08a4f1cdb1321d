namespace AtpKeyserver.Client;

/// <summary>
/// The content cannot be decrypted: it was changed, or belongs to another record, group or version. Which of these it
/// is cannot be told, and trying again does not help.
/// </summary>
public sealed class DecryptionFailedException() : Exception("The content cannot be decrypted.");
