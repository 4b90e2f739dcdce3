#if !SEAL_PRODUCTS
namespace DataSpace.Privacy.Regression.Vertical;
internal static class SealSlots { public static DataSpace.Kernel.Results.Result<SlotPair> Create(DataSpace.Privacy.Seal.ISealEngine engine) => VerticalErrors.Incomplete.Of(); }
#endif
