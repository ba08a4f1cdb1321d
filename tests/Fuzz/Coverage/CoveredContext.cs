using System.Reflection;
using System.Runtime.Loader;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Coverage;

/// <summary>
/// A second assembly load context in this process: the product, instrumented with calls of <see cref="Trace"/>, and the
/// fuzzer. Files on disk are unchanged, and other tests run the normal build.
/// </summary>
internal sealed class CoveredContext : AssemblyLoadContext
{
    private static readonly string[] Product = ["AtpKeyserver.Shared", "AtpKeyserver.Functions", "AtpKeyserver.Tlog"];

    private readonly Dictionary<string, Assembly> _loaded = [];

    private CoveredContext()
        : base("covered")
    {
        var instrumentation = new Instrumentation();
        foreach (var name in Product)
            _loaded[name] =
                LoadFromStream(instrumentation.Instrument(Path.Combine(AppContext.BaseDirectory, name + ".dll")));
        var own = typeof(CoveredContext).Assembly;
        var copy = _loaded[own.GetName().Name!] = LoadFromAssemblyPath(own.Location);
        var begin = copy.GetType(typeof(Entrance).FullName!)!.GetMethod(nameof(Entrance.Begin))!;
        begin.Invoke(null, [instrumentation.TypeOfBlock, instrumentation.Words]);
        Run = copy.GetType(typeof(Entrance).FullName!)!.GetMethod(
            nameof(Entrance.Run))!.CreateDelegate<Func<string, ulong, int, bool, string>>();
    }

    public static CoveredContext Instance { get; } = new();

    /// <summary><see cref="Entrance.Run"/> in that context.</summary>
    public Func<string, ulong, int, bool, string> Run { get; }

    /// <summary>Everything outside the product is shared with the default context.</summary>
    protected override Assembly? Load(AssemblyName assemblyName) => _loaded.GetValueOrDefault(assemblyName.Name!);
}
