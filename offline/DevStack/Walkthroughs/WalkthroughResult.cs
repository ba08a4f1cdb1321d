namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>The result of a walkthrough.</summary>
/// <param name="Steps">The number of steps.</param>
/// <param name="Alice">The owner of the group.</param>
/// <param name="Bob">A former member of the group.</param>
/// <param name="KeyserverDid">The audience of tokens.</param>
/// <param name="Kept">The group's key hashes, for the next walkthrough.</param>
public sealed record WalkthroughResult(int Steps, Person Alice, Person Bob, string KeyserverDid, KeptKeys Kept);
