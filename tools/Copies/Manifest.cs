namespace AtpKeyserver.Copies;

/// <summary>Describes a copy. Written last, so a folder without it is incomplete.</summary>
public sealed record Manifest(
    int Version, DateTimeOffset Started, DateTimeOffset Finished, Dictionary<string, int> Rows)
{
    public const string FileName = "copy.json";
}
