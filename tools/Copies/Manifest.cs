namespace AtpKeyserver.Copies;

/// <summary>Written last: a folder without it is no copy.</summary>
public sealed record Manifest(
    int Version, DateTimeOffset Started, DateTimeOffset Finished, Dictionary<string, int> Rows)
{
    public const string FileName = "copy.json";
}
