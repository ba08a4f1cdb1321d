namespace AtpKeyserver.DevStack;

/// <summary>A step of the start.</summary>
/// <param name="Title">Such as <c>Azurite</c>.</param>
/// <param name="Elapsed">How long it took; null when it begins.</param>
/// <param name="Detail">Where the part can be found now.</param>
public sealed record StackStage(string Title, TimeSpan? Elapsed = null, string? Detail = null);
