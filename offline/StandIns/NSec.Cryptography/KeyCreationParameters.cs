using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace NSec.Cryptography;

/// <summary>What a key is made with.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct KeyCreationParameters
{
    /// <summary>Whether the key may be exported; not, unless said so.</summary>
    [SuppressMessage("Design", "CA1051", Justification = "A field in the official package.")]
    public KeyExportPolicies ExportPolicy;
}
