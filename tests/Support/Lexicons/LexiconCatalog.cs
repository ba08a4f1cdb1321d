using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AtpKeyserver.Tests.Support.Lexicons;

/// <summary>Lexicons that may reference each other.</summary>
public sealed class LexiconCatalog
{
    private static readonly Lazy<LexiconCatalog> OfTheProduct =
        new(() => Load(Path.Combine(AppContext.BaseDirectory, "lexicons")));

    private readonly Dictionary<string, Lexicon> _byId;

    public LexiconCatalog(IEnumerable<Lexicon> lexicons)
    {
        All = [.. lexicons];
        _byId = All.DistinctBy(lexicon => lexicon.Id).ToDictionary(lexicon => lexicon.Id, StringComparer.Ordinal);
    }

    /// <summary>The files of <c>lexicons/</c>, which are copied next to the tests.</summary>
    public static LexiconCatalog Product => OfTheProduct.Value;

    public IReadOnlyList<Lexicon> All { get; }

    /// <summary>Queries and procedures.</summary>
    public IEnumerable<Lexicon> Methods => All.Where(lexicon => lexicon.Kind is "query" or "procedure");

    /// <exception cref="KeyNotFoundException">There is no such lexicon.</exception>
    public Lexicon this[string nsid] => _byId[nsid];

    public static LexiconCatalog Load(string directory) => new(Directory
        .EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(file =>
            Lexicon.Parse(Path.GetRelativePath(directory, file).Replace('\\', '/'), File.ReadAllText(file))));

    /// <summary>
    /// Resolves <c>#name</c> (in <paramref name="from"/>), <c>nsid#name</c> or <c>nsid</c> (its main definition).
    /// </summary>
    public bool TryResolve(
        string reference, Lexicon from, [NotNullWhen(true)] out Lexicon? target, out JsonElement definition)
    {
        definition = default;
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var id = hash < 0 ? reference : reference[..hash];
        target = id.Length == 0 ? from : _byId.GetValueOrDefault(id);
        if (target?.Definition(hash < 0 ? "main" : reference[(hash + 1)..]) is not { } found)
            return false;
        definition = found;
        return true;
    }
}
