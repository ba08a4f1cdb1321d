using System.Runtime.CompilerServices;

namespace AtpKeyserver.Tlog;

/// <summary>The storage of <see cref="Hash"/>.</summary>
[InlineArray(Hash.Size)]
internal struct HashBytes
{
    private byte _first;
}
