using System.Runtime.InteropServices;

namespace NSec.Cryptography;

/// <summary>
/// Memory for one secret key: between guard pages, locked where the system allows it, zeroed when it is freed.
/// </summary>
/// <remarks>Source: https://doc.libsodium.org/memory_management.</remarks>
internal sealed unsafe class SecureMemory : SafeHandle
{
    private SecureMemory(int size) : base(nint.Zero, ownsHandle: true)
    {
        Size = size;
        SetHandle(Libsodium.sodium_malloc((nuint)size));
        if (IsInvalid)
            throw new InsufficientMemoryException();
    }

    /// <summary>In bytes.</summary>
    internal int Size { get; }

    public override bool IsInvalid => handle == nint.Zero;

    internal static SecureMemory Allocate(int size) => new(size);

    internal static SecureMemory CopyOf(ReadOnlySpan<byte> secret)
    {
        var memory = new SecureMemory(secret.Length);
        secret.CopyTo(new Span<byte>((void*)memory.handle, memory.Size));
        return memory;
    }

    /// <summary>Keeps the memory alive until the lease is disposed, also when the key is disposed meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    internal Lease Use() => new(this);

    protected override bool ReleaseHandle()
    {
        Libsodium.sodium_free(handle);
        return true;
    }

    internal readonly ref struct Lease
    {
        private readonly SecureMemory _owner;

        internal Lease(SecureMemory owner)
        {
            var added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        internal byte* Pointer => (byte*)_owner.handle;

        internal ReadOnlySpan<byte> Bytes => new(Pointer, _owner.Size);

        public void Dispose() => _owner.DangerousRelease();
    }
}
