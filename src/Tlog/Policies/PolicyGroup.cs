namespace AtpKeyserver.Tlog;

/// <summary>A group: it witnesses a checkpoint if at least some of its members do.</summary>
/// <param name="Name">Its name within the policy. It is opaque: one character for each byte.</param>
/// <param name="Threshold">How many members are needed, from 1 to their number.</param>
/// <param name="Members">Names of witnesses and of groups that were defined before.</param>
public sealed record PolicyGroup(string Name, int Threshold, IReadOnlyList<string> Members);
