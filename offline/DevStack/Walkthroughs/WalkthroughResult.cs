namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>What is there after the walkthrough, to go on with.</summary>
/// <param name="Steps">How many steps there were.</param>
/// <param name="Alice">The owner of the group.</param>
/// <param name="KeyserverDid">The audience of tokens.</param>
/// <param name="Kept">The group that was made, for the next walkthrough to find again.</param>
public sealed record WalkthroughResult(int Steps, Person Alice, string KeyserverDid, KeptKeys Kept);
