using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>The cost of a start or a timer.</summary>
internal sealed record WorkFigures(string What, StorageCalls Storage, long Vault);
