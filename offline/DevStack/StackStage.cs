namespace AtpKeyserver.DevStack;

/// <summary>A stage of the start.</summary>
/// <param name="Title">Such as <c>Azurite</c>.</param>
/// <param name="Elapsed">How long it took; null when it starts.</param>
/// <param name="Detail">The address of the part.</param>
public sealed record StackStage(string Title, TimeSpan? Elapsed = null, string? Detail = null);
